/// Short rows that are made of pairs (distances between points, kernels of two sets) reduced for many pairs at a time.
///
/// `(a[:, None] - b).square().sum(-1)` has a row of a few dozen elements for each pair: a vector along it is put together
/// again at every end. With the rows' dimension in front of the pairs', a vector holds neighbouring pairs, and their sums
/// stay in registers. What has both dimensions is copied the other way round first; it is small beside all pairs.
extension TensorGraph {
  /// Longer rows are swept along just as well; shorter ones are taken apart (``narrowest``).
  static let longestPaired = 128
  /// Fewer neighbours than this leave vectors mostly empty.
  static let fewestPairs = 16
  /// Elements of all pairs for one that is copied.
  static let pairedOver = 8

  /// The graph with such rows turned, where what is computed of their elements serves nothing else.
  func turningPairedRows() -> TensorGraph {
    var shapes = Set<[Int]>()
    let turned = rewritten { node, _, builder in
      guard case .reduce(let reduction, 1) = node.operation, node.type.count > 1 else { return nil }
      let shape = builder.shape(node.operands[0])
      guard shape.count >= 2, shape[shape.count - 2] >= Self.fewestPairs,
        (Self.narrowest + 1...Self.longestPaired).contains(shape[shape.count - 1]),
        case .elementwise = builder.nodes[node.operands[0]].operation
      else { return nil }
      var rows = PairedRows(node, shape, builder)
      guard let pairs = rows.turned(node.operands[0]) else { return nil }
      builder = rows.context.builder
      shapes.formUnion(rows.shapes)
      return builder.add(
        .reduceColumns(reduction, dimensions: 1, inner: 1), [pairs], node.type, origin: node.origin)
    }
    let isComputedElsewhere = turned.nodes.contains { node in
      if case .elementwise = node.operation { shapes.contains(node.type.shape) } else { false }
    }
    return isComputedElsewhere ? self : turned
  }
}

/// One reduction being turned.
private struct PairedRows {
  typealias ValueID = TensorGraph.ValueID

  /// Of all elements of all rows.
  let count: Int
  var context: LoweringContext
  /// Of the element-wise values that were turned, as large as all rows.
  var shapes = Set<[Int]>()
  private let whole: [Int]
  private var known: [ValueID: ValueID] = [:]

  init(_ node: TensorGraph.Node, _ shape: [Int], _ builder: GraphBuilder) {
    whole = shape
    count = shape.reduce(1, *)
    context = LoweringContext(call: Call("", []), operands: [], type: node.type, origin: node.origin, builder: builder)
  }

  /// The value with its last two dimensions the other way round; nil where that would cost too much, or isn't known how.
  mutating func turned(_ id: ValueID) -> ValueID? {
    if let value = known[id] { return value }
    let node = context.builder.nodes[id]
    if node.type.shape.isEmpty { return id }
    let value: ValueID
    switch node.operation {
    case .elementwise:
      if node.type.shape == whole { shapes.insert(whole) }
      var operands: [ValueID] = []
      for operand in node.operands {
        guard let part = turned(operand) else { return nil }
        operands.append(part)
      }
      guard let shape = Shape.broadcast(operands.map { context.shape($0) }) else { return nil }
      value = context.builder.add(
        node.operation, operands, TensorType(node.type.dtype, shape), origin: node.origin)
    case .input, .parameter, .call, .element, .view, .reshape:
      guard isStored(id), let copy = swapped(id) else { return nil }
      value = copy
    default: return nil
    }
    known[id] = value
    return value
  }

  private func isStored(_ id: ValueID) -> Bool {
    let node = context.builder.nodes[id]
    switch node.operation {
    case .input, .parameter, .call, .element: return true
    case .view, .reshape: return isStored(node.operands[0])
    default: return false
    }
  }

  private mutating func swapped(_ id: ValueID) -> ValueID? {
    let shape = context.shape(id)
    guard shape.count > 1 else { return context.reshape(id, shape + [1]) }
    let rank = shape.count
    let other = Array(shape.dropLast(2)) + [shape[rank - 1], shape[rank - 2]]
    if other[rank - 1] == 1 || other[rank - 2] == 1 { return context.reshape(id, other) }
    let type = context.builder.type(id)
    guard type.count * TensorGraph.pairedOver <= count else { return nil }
    let view = context.permuted(id, Array(0..<rank - 2) + [rank - 1, rank - 2])
    return context.builder.add(
      .call(Call("aten.contiguous.default", [.operand(0)])), [view], TensorType(type.dtype, other),
      origin: context.builder.nodes[id].origin)
  }
}
