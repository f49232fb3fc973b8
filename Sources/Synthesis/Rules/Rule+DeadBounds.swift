extension Rule {
  /// Clamps, and ReLUs, that nothing ever reaches.
  public static let deadBounds = Rule(
    id: "dead-bounds", reason: "a bound that no value can reach changes nothing", exactness: "exact over ℝ", labels: []
  ) { graph in
    let ranges = ValueRange.of(graph)
    let places = graph.nodes.indices.map { placeOfEqual($0, in: graph, ranges) }
    guard places.contains(where: { $0 != nil }) else { return nil }
    return graph.rewritten { node, id, builder in
      places[id].map { graph.standingFor(id, node.operands[$0], like: node, &builder) }
    }
  }

  /// Which operand a node always equals; nil where a bound may be reached.
  private static func placeOfEqual(
    _ id: TensorGraph.ValueID, in graph: TensorGraph, _ ranges: [ValueRange]
  ) -> Int? {
    let node = graph.nodes[id]
    guard case .elementwise(let operation) = node.operation, node.type.dtype.isFloating else { return nil }
    func isSame(_ operand: TensorGraph.ValueID) -> Bool { graph.nodes[operand].type == node.type }
    switch operation {
    case .relu: return ranges[node.operands[0]].low >= 0 && isSame(node.operands[0]) ? 0 : nil
    case .maximum, .minimum:
      for (value, bound) in [(0, 1), (1, 0)] {
        guard case .scalar(let limit) = graph.nodes[node.operands[bound]].operation, isSame(node.operands[value])
        else { continue }
        let range = ranges[node.operands[value]]
        if operation == .maximum ? range.low >= limit : range.high <= limit { return value }
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
      return graph.standingFor(id, value, like: node, &builder)
    }
  }
}

extension TensorGraph {
  /// An equal value in a node's place: a copy where the node is returned, since that is new and nobody else's.
  fileprivate func standingFor(
    _ id: ValueID, _ value: ValueID, like node: Node, _ builder: inout GraphBuilder
  ) -> ValueID {
    isReturned(id) ? builder.add(.elementwise(.identity), [value], node.type, origin: node.origin) : value
  }

  /// Without what the two rules above take out: what is left is the op that every agent begins with.
  func withoutDeadWork() -> TensorGraph {
    let bounded = Rule.deadBounds.applied(to: self) ?? self
    return Rule.singletons.applied(to: bounded) ?? bounded
  }
}
