/// The gradients of one ATen call in primitives, by PyTorch's own formulas (`derivatives.yaml`), at kinks too.
///
/// Returns the gradients that flow back to the call's tensors, by the tensor's number among the node's operands; a tensor
/// that is left out gets none. A gradient may have the shape of anything that broadcasts with its tensor: it is summed to
/// the tensor's own shape afterwards. Returns nil where the gradients of this very call can't be said in primitives.
typealias Derivative = @Sendable (inout LoweringContext, CallGradient) -> [Int: TensorGraph.ValueID]?

/// What is known of a call when gradients come back to it.
struct CallGradient {
  typealias ValueID = TensorGraph.ValueID

  /// What the call gave; where PyTorch keeps a result that the op returns, what the op returned.
  var results: [ValueID]
  /// The gradient of each of its results; nil where none comes back.
  var upstream: [ValueID?]
  /// For each operand whether its gradient is wanted.
  var isWanted: [Bool]
}

extension TensorGraph {
  /// Operators whose result PyTorch itself keeps for the backward pass: there, and only there, a result of the op may
  /// be kept too. Whoever changes it in place gets PyTorch's own error, with the original or without.
  static let keepingResult: Set<String> = [
    "exp", "expm1", "sqrt", "rsqrt", "reciprocal", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "amax", "amin",
    "logsumexp", "linalg_vector_norm", "norm", "std",
  ]

  static let derivatives: [String: Derivative] = [
    pointwiseDerivatives, activationDerivatives, viewDerivatives, reductionDerivatives, normalisationDerivatives,
  ].reduce(into: [:]) { table, family in
    for (name, derivative) in family { table[name] = derivative }
  }
}

extension LoweringContext {
  /// Number among the operands of the tensor that is passed at a position.
  func place(_ position: Int, _ name: String) -> Int? {
    if case .operand(let index)? = argument(position, name) { index } else { nil }
  }

  /// A sum to the shape of something that was broadcast, or a view where the gradient is the same for many elements.
  ///
  /// Sums that no kernel takes (a few neighbouring columns) are left to PyTorch.
  mutating func gathered(_ gradient: ValueID, to target: [Int]) -> ValueID? {
    let own = shape(gradient)
    guard let common = Shape.broadcast([own, target]) else { return nil }
    let full = expanded(gradient, common)
    if common == target { return full }
    let added = common.count - target.count
    let dimensions = Set(
      common.indices.filter { $0 < added || (target[$0 - added] == 1 && common[$0] != 1) })
    if let sum = reduce(.sum, full, dimensions) { return reshape(sum, target) }
    let rest = common.indices.filter { !dimensions.contains($0) }.map { common[$0] }
    let sum = call(
      "sum.dim_IntList", [full], [.operand(0), .integers(dimensions.sorted()), .truth(false)], shape: rest,
      dtype: builder.type(full).dtype)
    return reshape(sum, target)
  }

  /// 1 for positive numbers, −1 for negative ones, 0 for zeros and NaN.
  mutating func sign(_ x: ValueID) -> ValueID {
    let (one, minusOne, zero) = (scalar(1), scalar(-1), scalar(0))
    let isPositive = apply(.greater, x, 0)
    let isNegative = apply(.less, x, 0)
    return apply(.select, isPositive, one, apply(.select, isNegative, minusOne, zero))
  }

  /// The value where the condition holds, 0 elsewhere.
  mutating func kept(_ value: ValueID, where condition: ValueID) -> ValueID {
    let zero = scalar(0)
    return apply(.select, condition, value, zero)
  }

  /// 0 where the condition holds, the value elsewhere.
  mutating func dropped(_ value: ValueID, where condition: ValueID) -> ValueID {
    let zero = scalar(0)
    return apply(.select, condition, zero, value)
  }
}
