/// A matrix product `[…, M, K] · […, K, N]` or a linear layer, whichever call it was.
struct MatrixProduct {
  typealias ValueID = TensorGraph.ValueID

  let call: Call
  let left: ValueID
  let right: ValueID
  /// Of a linear layer, whose right factor is stored as `[N, K]`.
  let bias: ValueID?
  let isLinear: Bool
  let leftShape: [Int]
  let rightShape: [Int]
  let shape: [Int]
  let dtype: ElementType

  init?(_ graph: TensorGraph, _ id: ValueID) {
    let node = graph.nodes[id]
    guard case .call(let call) = node.operation, node.type.dtype.isComputed, call.keywords.isEmpty,
      node.operands.count >= 2, call.arguments.count >= 2, call.arguments[0] == .operand(0),
      call.arguments[1] == .operand(1)
    else { return nil }
    (leftShape, rightShape) = (graph.nodes[node.operands[0]].type.shape, graph.nodes[node.operands[1]].type.shape)
    switch call.target {
    case "aten.linear.default":
      isLinear = true
      guard !leftShape.isEmpty, rightShape.count == 2 else { return nil }
    case "aten.matmul.default", "aten.mm.default", "aten.bmm.default":
      isLinear = false
      guard leftShape.count >= 2, rightShape.count >= 1, node.operands.count == 2 else { return nil }
    default: return nil
    }
    self.call = call
    (left, right) = (node.operands[0], node.operands[1])
    bias = node.operands.count > 2 ? node.operands[2] : nil
    (shape, dtype) = (node.type.shape, node.type.dtype)
  }
}

extension LoweringContext {
  /// `a · b` for factors with or without leading dimensions that broadcast.
  mutating func product(_ a: ValueID, _ b: ValueID) -> ValueID {
    let (left, right) = (shape(a), shape(b))
    let result: [Int]
    switch (left.count, right.count) {
    case (1, 1): result = []
    case (_, 1): result = Array(left.dropLast())
    case (1, _): result = Array(right.dropLast(2)) + right.suffix(1)
    default:
      let outer = Shape.broadcast([Array(left.dropLast(2)), Array(right.dropLast(2))]) ?? []
      result = outer + [left[left.count - 2], right[right.count - 1]]
    }
    return library("matmul.default", [a, b], shape: result, dtype: builder.type(a).dtype)
  }
}

extension TensorGraph {
  /// Rewrites one node with the helpers of lowerings; nil where the closure changes nothing.
  func replacing(_ id: ValueID, _ body: (Node, inout LoweringContext) -> ValueID?) -> TensorGraph? {
    var didReplace = false
    let result = rewritten { node, index, builder in
      guard index == id else { return nil }
      var context = LoweringContext(replacing: node, builder)
      guard let new = body(node, &context), context.shape(new) == node.type.shape else { return nil }
      builder = context.builder
      didReplace = true
      return new
    }
    return didReplace ? result : nil
  }
}
