extension TensorGraph {
  /// Sums, means, extrema, variances, norms, the softmax family.
  static var reductionLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    /// Registers a reduction `(self, dim, keepdim)`; the closure gets the value, the dimensions and how many elements
    /// each result stands for, and returns the reduced value without the reduced dimensions.
    func reduction(
      _ target: String, keepPosition: Int = 2,
      _ body: @escaping @Sendable (inout LoweringContext, LoweringContext.ValueID, Set<Int>) -> LoweringContext.ValueID?
    ) {
      table["aten.\(target)"] = { context in
        guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
          let dimensions = target.hasSuffix(".default") && !reductionsWithDimensions.contains(target)
            ? Set(context.shape(x).indices) : context.dimensions(1, "dim", rank: context.shape(x).count),
          let reduced = body(&context, x, dimensions)
        else { return nil }
        return [context.reshape(reduced, context.type.shape)]
      }
    }

    for target in ["sum.default", "sum.dim_IntList"] {
      reduction(target) { c, x, dimensions in c.reduce(.sum, x, dimensions) }
    }
    for target in ["prod.default", "prod.dim_int"] {
      reduction(target) { c, x, dimensions in c.reduce(.product, x, dimensions) }
    }
    for target in ["mean.default", "mean.dim"] {
      reduction(target) { c, x, dimensions in c.mean(x, dimensions) }
    }
    for target in ["amax.default", "max.default"] {
      reduction(target) { c, x, dimensions in c.reduce(.maximum, x, dimensions) }
    }
    for target in ["amin.default", "min.default"] {
      reduction(target) { c, x, dimensions in c.reduce(.minimum, x, dimensions) }
    }
    for (name, isRoot) in [("var", false), ("std", true)] {
      for overload in ["correction", "dim", "default"] {
        reduction("\(name).\(overload)") { c, x, dimensions in
          let correction: Double?
          switch overload {
          case "correction": correction = c.call.keywords["correction"].map { $0.number ?? 1 } ?? 1
          case "dim": correction = c.truth(2, "unbiased", default: true) ? 1 : 0
          default: correction = c.truth(1, "unbiased", default: true) ? 1 : 0
          }
          guard let correction, let variance = c.variance(x, dimensions, correction: correction) else { return nil }
          return isRoot ? c.apply(.sqrt, variance) : variance
        }
      }
    }
    reduction("logsumexp.default") { c, x, dimensions in
      // Of one element it is that element, infinite or NaN too.
      if dimensions.allSatisfy({ c.shape(x)[$0] == 1 }) { return c.apply(.identity, x) }
      guard let (_, shift, total) = c.exponentials(x, dimensions, guardsInfinity: true) else { return nil }
      let log = c.apply(.log, total)
      let sum = c.apply(.add, log, c.reshape(shift, c.shape(log)))
      return sum
    }
    for target in ["linalg_vector_norm.default", "norm.ScalarOpt_dim"] {
      table["aten.\(target)"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "self"),
          let dimensions = c.dimensions(2, "dim", rank: c.shape(x).count), let order = c.number(1, "ord", default: 2)
        else { return nil }
        let norm: LoweringContext.ValueID?
        switch order {
        case 2:
          let square = c.apply(.multiply, x, x)
          norm = c.reduce(.sum, square, dimensions).map { c.apply(.sqrt, $0) }
        case 1:
          let magnitude = c.apply(.absolute, x)
          norm = c.reduce(.sum, magnitude, dimensions)
        case .infinity:
          let magnitude = c.apply(.absolute, x)
          norm = c.reduce(.maximum, magnitude, dimensions)
        default: norm = nil
        }
        return norm.map { [c.reshape($0, c.type.shape)] }
      }
    }

    for (target, isLog) in [
      ("softmax.int", false), ("_softmax.default", false), ("log_softmax.int", true), ("_log_softmax.default", true),
    ] {
      table["aten.\(target)"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "self"),
          let index = c.integer(1, "dim", default: -1), let dimension = Shape.dimension(index, rank: c.shape(x).count),
          !c.shape(x).isEmpty, let (exponentials, shift, total) = c.exponentials(x, [dimension], guardsInfinity: false)
        else { return nil }
        let kept = c.keepingDimensions(c.shape(x), [dimension])
        if isLog {
          let shifted = c.apply(.subtract, x, shift)
          let log = c.apply(.log, total)
          return [c.apply(.subtract, shifted, c.reshape(log, kept))]
        }
        // The total lies between 1 and the number of elements: its reciprocal is safe.
        let inverse = c.apply(.reciprocal, total)
        return [c.apply(.multiply, exponentials, c.reshape(inverse, kept))]
      }
    }
    return table
  }

  /// `.default` overloads that take dimensions all the same.
  private static let reductionsWithDimensions: Set<String> = ["amax.default", "amin.default", "logsumexp.default"]
}

extension LoweringContext {
  mutating func mean(_ x: ValueID, _ dimensions: Set<Int>) -> ValueID? {
    let count = dimensions.map { shape(x)[$0] }.reduce(1, *)
    return reduce(.sum, x, dimensions).map { apply(.divide, $0, Double(count)) }
  }

  /// Two passes, the mean first: no cancellation. Without the reduced dimensions.
  mutating func variance(_ x: ValueID, _ dimensions: Set<Int>, correction: Double) -> ValueID? {
    guard let mean = mean(x, dimensions) else { return nil }
    let kept = reshape(mean, keepingDimensions(shape(x), dimensions))
    let centred = apply(.subtract, x, kept)
    let count = Double(dimensions.map { shape(x)[$0] }.reduce(1, *))
    return reduce(.sumOfSquares, centred, dimensions).map { apply(.divide, $0, max(count - correction, 0)) }
  }

  /// exp(x − max x), the maximum with its dimensions kept, and the sum without them.
  ///
  /// `guardsInfinity` takes 0 for an infinite maximum, as log-sum-exp needs to stay infinite and not NaN.
  mutating func exponentials(
    _ x: ValueID, _ dimensions: Set<Int>, guardsInfinity: Bool
  ) -> (exponentials: ValueID, shift: ValueID, total: ValueID)? {
    guard var shift = reduce(.maximum, x, dimensions) else { return nil }
    if guardsInfinity {
      let magnitude = apply(.absolute, shift)
      let isInfinite = apply(.equal, magnitude, .infinity)
      let zero = scalar(0)
      shift = apply(.select, isInfinite, zero, shift)
    }
    let kept = reshape(shift, keepingDimensions(shape(x), dimensions))
    let shifted = apply(.subtract, x, kept)
    let exponentials = apply(.exp, shifted)
    guard let total = reduce(.sum, exponentials, dimensions) else { return nil }
    return (exponentials, kept, total)
  }
}
