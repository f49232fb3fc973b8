extension TensorGraph {
  /// 1 + tanh u as 2σ(2u), as in a GELU that somebody wrote out: cheaper, since it need not be exact near 0, and nothing is
  /// lost where tanh u comes close to −1. Exact over ℝ.
  func takingTanhPlusOneAsSigmoid() -> TensorGraph {
    let uses = storedUses
    return rewritten { node, index, builder in
      guard node.operation == .elementwise(.add), nodes[index].operands.count == 2 else { return nil }
      for (tanh, one) in [(0, 1), (1, 0)] {
        guard uses[nodes[index].operands[tanh]] == 1, builder.nodes[node.operands[one]].operation == .scalar(1),
          builder.nodes[node.operands[tanh]].operation == .elementwise(.tanh),
          builder.type(node.operands[tanh]) == node.type
        else { continue }
        let two = builder.add(.scalar(2), [], builder.type(node.operands[one]), origin: node.origin)
        let u = builder.nodes[node.operands[tanh]].operands[0]
        var value = builder.add(.elementwise(.multiply), [two, u], node.type, origin: node.origin)
        value = builder.add(.elementwise(.sigmoid), [value], node.type, origin: node.origin)
        return builder.add(.elementwise(.multiply), [two, value], node.type, origin: node.origin)
      }
      return nil
    }
  }
}
