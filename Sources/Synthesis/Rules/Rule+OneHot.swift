extension Rule {
  /// A product with one-hot vectors looks rows of the other factor up.
  public static let oneHotProduct = Rule(
    id: "one-hot-product",
    reason: "a product with vectors that are zero but for a single one fetches one row of the matrix for each of "
      + "them; the zeros are never made or multiplied",
    exactness: "exact over ℝ",
    labels: ["algebraic-pruning"]
  ) { graph in
    let isPrepared = graph.isPrepared
    for id in graph.nodes.indices {
      guard let product = MatrixProduct(graph, id), product.rightShape.count == 2,
        let classes = graph.oneHotClasses(product.left), graph.isArgument(classes),
        // A linear layer's matrix lies the other way round: it is turned once, if it stays as it is.
        !product.isLinear || isPrepared[product.right]
      else { continue }
      let bias = product.bias.map { [$0] } ?? []
      return graph.replacingOperands(id, [classes, product.right] + bias) { node, x, context in
        var table = x[1]
        if product.isLinear {
          let turned = context.permuted(table, [1, 0])
          table = context.library(
            "clone.default", [turned], keywords: ["memory_format": .constant("torch.contiguous_format")],
            shape: context.shape(turned), dtype: product.dtype)
        }
        let rows = context.library(
          "embedding.default", [context.finite(table), x[0]], shape: node.type.shape, dtype: product.dtype)
        return x.count > 2 ? context.apply(.add, rows, x[2]) : rows
      }
    }
    return nil
  }
}

extension TensorGraph {
  /// The classes of vectors that are zero but for a one at their class's place, in whichever type they are.
  fileprivate func oneHotClasses(_ id: ValueID) -> ValueID? {
    let node = nodes[id]
    switch node.operation {
    case .elementwise(let operation) where operation.isCopy: return oneHotClasses(node.operands[0])
    case .call(let call) where call.name == "one_hot" && call.arguments.first == .operand(0):
      let classes = call.argument(1, "num_classes")?.integer
      guard nodes[node.operands[0]].type.dtype == .int64, node.type.shape.last == classes else { return nil }
      return node.operands[0]
    default: return nil
    }
  }

  /// An argument of the op, or a view of one: its numbers can be looked at before anything is computed.
  fileprivate func isArgument(_ id: ValueID) -> Bool {
    if case .input = nodes[source(id).root].operation { true } else { false }
  }
}
