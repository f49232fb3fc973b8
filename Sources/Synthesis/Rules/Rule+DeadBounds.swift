extension Rule {
  /// Clamps, and ReLUs, that nothing ever reaches.
  public static let deadBounds = Rule(
    id: "dead-bounds", reason: "a bound that no value can reach changes nothing", exactness: "exact over ℝ", labels: []
  ) { graph in
    let ranges = ValueRange.of(graph)
    let live = graph.nodes.indices.compactMap { id in liveOperand(of: id, in: graph, ranges).map { (id, $0) } }
    guard !live.isEmpty else { return nil }
    let operands = Dictionary(live, uniquingKeysWith: { first, _ in first })
    return graph.rewritten { node, id, builder in
      guard let operand = operands[id], let place = graph.nodes[id].operands.firstIndex(of: operand) else { return nil }
      // What is returned is new, and what is no one else's name.
      if graph.returned.contains(where: { graph.source($0).root == id }) {
        return builder.add(.elementwise(.identity), [node.operands[place]], node.type, origin: node.origin)
      }
      return node.operands[place]
    }
  }

  /// The operand that a node always equals; nil where a bound may be reached.
  private static func liveOperand(
    of id: TensorGraph.ValueID, in graph: TensorGraph, _ ranges: [ValueRange]
  ) -> TensorGraph.ValueID? {
    let node = graph.nodes[id]
    guard case .elementwise(let operation) = node.operation, node.type.dtype.isFloating else { return nil }
    func isSame(_ operand: TensorGraph.ValueID) -> Bool { graph.nodes[operand].type == node.type }
    switch operation {
    case .relu: return ranges[node.operands[0]].low >= 0 && isSame(node.operands[0]) ? node.operands[0] : nil
    case .maximum, .minimum:
      for (value, bound) in [(0, 1), (1, 0)] {
        guard case .scalar(let limit) = graph.nodes[node.operands[bound]].operation, isSame(node.operands[value])
        else { continue }
        let range = ranges[node.operands[value]]
        if operation == .maximum ? range.low >= limit : range.high <= limit { return node.operands[value] }
      }
      return nil
    default: return nil
    }
  }

  /// Sums, products and extremes of one element each.
  public static let singletons = Rule(
    id: "singletons", reason: "a reduction of one element is that element", exactness: "exact over ℝ", labels: []
  ) { graph in
    func isSingle(_ node: TensorGraph.Node) -> Bool {
      switch node.operation {
      case .reduce(let reduction, _), .reduceColumns(let reduction, _, _):
        [.sum, .product, .maximum, .minimum].contains(reduction) && node.type.count > 0
          && graph.nodes[node.operands[0]].type.count == node.type.count
          && graph.nodes[node.operands[0]].type.dtype == node.type.dtype
      default: false
      }
    }
    guard graph.nodes.contains(where: isSingle) else { return nil }
    return graph.rewritten { node, id, builder in
      guard isSingle(graph.nodes[id]) else { return nil }
      let value = builder.add(.reshape, node.operands, node.type, origin: node.origin)
      guard graph.returned.contains(where: { graph.source($0).root == id }) else { return value }
      return builder.add(.elementwise(.identity), [value], node.type, origin: node.origin)
    }
  }
}

extension TensorGraph {
  /// Without what the two rules above take out: what is left is the op that every agent begins with.
  func withoutDeadWork() -> TensorGraph {
    let bounded = Rule.deadBounds.applied(to: self) ?? self
    return Rule.singletons.applied(to: bounded) ?? bounded
  }
}
