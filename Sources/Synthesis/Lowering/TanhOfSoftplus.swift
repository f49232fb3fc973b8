extension TensorGraph {
  /// tanh(log(1 + eˣ)) as n / (n + 2) with n = eˣ(eˣ + 2), as in a Mish that somebody wrote out: one exponential in place of
  /// two and a logarithm. Exact over ℝ up to x = 20, from where on it is 1 to every digit.
  func takingTanhOfSoftplusAsRatio() -> TensorGraph {
    rewritten { node, _, builder in
      guard node.operation == .elementwise(.tanh), let x = builder.argument(ofSoftplus: node.operands[0]),
        builder.type(x) == node.type, !node.type.dtype.isHalf
      else { return nil }
      func number(_ value: Double) -> ValueID {
        builder.add(.scalar(value), [], TensorType(node.type.dtype, []), origin: node.origin)
      }
      func apply(_ operation: Elementwise, _ operands: ValueID...) -> ValueID {
        builder.add(.elementwise(operation), operands, node.type, origin: node.origin)
      }
      let two = number(2)
      let e = apply(.exp, apply(.minimum, x, number(TensorGraph.wholeTanh)))
      let n = apply(.multiply, e, apply(.add, e, two))
      return apply(.divide, n, apply(.add, n, two))
    }
  }

  /// From here on tanh is 1 to every digit of a double.
  static let wholeTanh = 20.0
}

extension GraphBuilder {
  /// What a softplus is taken of: log(1 + eˣ), as it stands or with x itself where that is large.
  fileprivate func argument(ofSoftplus value: TensorGraph.ValueID) -> TensorGraph.ValueID? {
    var soft = value
    var linear: TensorGraph.ValueID?
    if nodes[value].operation == .elementwise(.select) {
      let (condition, other) = (nodes[nodes[value].operands[0]], nodes[value].operands[1])
      guard condition.operation == .elementwise(.greater), condition.operands[0] == other,
        case .scalar(let threshold) = nodes[condition.operands[1]].operation, threshold >= TensorGraph.wholeTanh
      else { return nil }
      (linear, soft) = (other, nodes[value].operands[2])
    }
    guard nodes[soft].operation == .elementwise(.log1p) else { return nil }
    let e = nodes[nodes[soft].operands[0]]
    guard e.operation == .elementwise(.exp), linear == nil || linear == e.operands[0] else { return nil }
    return e.operands[0]
  }
}
