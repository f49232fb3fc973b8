/// Rows of a few elements (boxes, points, colours) reduced as what they are: a short expression of their elements.
///
/// A vector over such a row would be mostly empty. As an expression it goes across the rows instead: `x.prod(dim=1)` of
/// `[N, 2]` is `x[:, 0] * x[:, 1]`, and so is whatever leads to it element by element.
extension TensorGraph {
  /// Rows longer than this are swept along.
  static let narrowest = 8

  /// The graph with its narrow rows taken apart, where all that is computed of their elements serves nothing else: what is
  /// needed for each element all the same would be computed twice.
  func takingNarrowRowsApart() -> TensorGraph {
    var shapes = Set<[Int]>()
    let apart = rewritten { node, _, builder in
      guard let length = node.narrowRow(in: builder) else { return nil }
      var rows = NarrowRow(node, builder)
      guard let result = rows.reduced(length) else { return nil }
      builder = rows.context.builder
      shapes.formUnion(rows.shapes)
      return result
    }
    let isComputedElsewhere = apart.nodes.contains { node in
      if case .elementwise = node.operation { shapes.contains(node.type.shape) } else { false }
    }
    return isComputedElsewhere ? self : apart
  }
}

extension TensorGraph.Node {
  /// The length of the rows that it reduces, if they are narrow.
  fileprivate func narrowRow(in builder: GraphBuilder) -> Int? {
    guard case .reduce(let reduction, let trailing) = operation, reduction.pairwise != nil, trailing > 0 else {
      return nil
    }
    let length = builder.shape(operands[0]).suffix(trailing).reduce(1, *)
    return length > 1 && length <= TensorGraph.narrowest && type.count > 1 ? length : nil
  }
}

extension Reduction {
  /// What puts two elements together; nil where more is kept of them than one number.
  fileprivate var pairwise: Elementwise? {
    switch self {
    case .sum: .add
    case .product: .multiply
    case .maximum: .maximum
    case .minimum: .minimum
    case .sumOfSquares, .argMaximum, .argMinimum: nil
    }
  }
}

/// One reduction being taken apart.
private struct NarrowRow {
  typealias ValueID = TensorGraph.ValueID

  /// Values taken apart at most: more than this is no short expression.
  static let limit = 256

  let node: TensorGraph.Node
  let shape: [Int]
  let trailing: Int
  var context: LoweringContext
  /// Of the element-wise values that were taken apart.
  var shapes = Set<[Int]>()
  private var known: [Element: ValueID] = [:]

  private struct Element: Hashable {
    var id: ValueID
    var number: Int
  }

  init(_ node: TensorGraph.Node, _ builder: GraphBuilder) {
    self.node = node
    trailing = node.operation.reduced?.dimensions ?? 0
    shape = builder.shape(node.operands[0])
    context = LoweringContext(call: Call("", []), operands: [], type: node.type, origin: node.origin, builder: builder)
  }

  mutating func reduced(_ length: Int) -> ValueID? {
    guard let operation = node.operation.reduced?.reduction.pairwise, var result = element(node.operands[0], 0) else {
      return nil
    }
    for number in 1..<length {
      guard let next = element(node.operands[0], number) else { return nil }
      result = context.builder.add(.elementwise(operation), [result, next], node.type, origin: node.origin)
    }
    return result
  }

  /// The value for one element of every row, without the rows' dimensions; nil where that isn't read or computed at no cost.
  private mutating func element(_ id: ValueID, _ number: Int) -> ValueID? {
    let own = context.builder.nodes[id]
    if own.type.shape.isEmpty { return id }
    let key = Element(id: id, number: number)
    if let value = known[key] { return value }
    guard known.count < Self.limit else { return nil }
    let value: ValueID
    switch own.operation {
    case .elementwise:
      shapes.insert(own.type.shape)
      var operands: [ValueID] = []
      for operand in own.operands {
        guard let part = element(operand, number) else { return nil }
        operands.append(part)
      }
      guard let shape = Shape.broadcast(operands.map { context.shape($0) }) else { return nil }
      value = context.builder.add(
        own.operation, operands, TensorType(own.type.dtype, shape), origin: own.origin)
    case .input, .parameter, .reduce, .reduceColumns: value = selected(id, number)
    case .view:
      guard isStored(own.operands[0]) else { return nil }
      value = selected(id, number)
    case .reshape:
      let inner = own.operands[0]
      if isStored(inner) {
        value = selected(id, number)
      } else {
        // The same rows, numbered another way.
        guard context.shape(inner).suffix(trailing) == own.type.shape.suffix(trailing),
          let part = element(inner, number)
        else { return nil }
        value = context.reshape(part, Array(own.type.shape.dropLast(trailing)))
      }
    default: return nil
    }
    known[key] = value
    return value
  }

  private func isStored(_ id: ValueID) -> Bool {
    switch context.builder.nodes[id].operation {
    case .input, .parameter: true
    case .reshape: isStored(context.builder.nodes[id].operands[0])
    default: false
    }
  }

  /// A view of one element of every row of a stored value that broadcasts to the rows.
  private mutating func selected(_ id: ValueID, _ number: Int) -> ValueID {
    var (value, rest) = (id, number)
    for extent in shape.suffix(trailing).reversed() {
      let rank = context.shape(value).count
      guard rank > 0 else { break }
      value = context.selected(value, rank - 1, context.shape(value)[rank - 1] == 1 ? 0 : rest % extent)
      rest /= extent
    }
    return value
  }
}
