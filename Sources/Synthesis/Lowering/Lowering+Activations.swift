extension TensorGraph {
  /// Activation functions, written so that no precision is lost to cancellation or overflow.
  static var activationLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    /// Registers an activation of one tensor; the closure gets it after the usual checks.
    func activation(
      _ target: String,
      _ body:
        @escaping @Sendable (inout LoweringContext, LoweringContext.ValueID)
        -> LoweringContext.ValueID?
    ) {
      table["aten.\(target)"] = { context in
        guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self") else { return nil }
        return body(&context, x).map { [$0] }
      }
    }

    activation("silu.default") { c, x in
      let s = c.apply(.sigmoid, x)
      return c.apply(.multiply, x, s)
    }
    activation("gelu.default") { c, x in
      switch c.argument(1, "approximate") {
      case nil, .string("none")?:
        let cdf = c.apply(.normalCDF, x)
        return c.apply(.multiply, x, cdf)
      case .string("tanh")?:
        // ½(1 + tanh u) = σ(2u), with 2u = 2·√(2/π)·(x + 0.044715·x³).
        let square = c.apply(.multiply, x, x)
        let cubic = c.apply(.multiply, square, 0.044715 * 1.5957691216057308)
        let slope = c.apply(.add, cubic, 1.5957691216057308)
        let u = c.apply(.multiply, x, slope)
        let s = c.apply(.sigmoid, u)
        return c.apply(.multiply, x, s)
      default: return nil
      }
    }
    activation("mish.default") { c, x in
      // tanh(log(1 + eˣ)) = n / (n + 2) with n = eˣ(eˣ + 2); from 20 on it is 1 to every digit.
      let capped = c.apply(.minimum, x, 20)
      let e = c.apply(.exp, capped)
      let e2 = c.apply(.add, e, 2)
      let n = c.apply(.multiply, e, e2)
      let n2 = c.apply(.add, n, 2)
      let ratio = c.apply(.divide, n, n2)
      return c.apply(.multiply, x, ratio)
    }
    activation("softplus.default") { c, x in
      guard let beta = c.number(1, "beta", default: 1), let threshold = c.number(2, "threshold", default: 20) else {
        return nil
      }
      let scaled = beta == 1 ? x : c.apply(.multiply, x, beta)
      let e = c.apply(.exp, scaled)
      var soft = c.apply(.log1p, e)
      if beta != 1 { soft = c.apply(.divide, soft, beta) }
      let isLinear = c.apply(.greater, scaled, threshold)
      return c.apply(.select, isLinear, x, soft)
    }
    activation("log_sigmoid.default") { c, x in c.logSigmoid(x) }
    activation("hardswish.default") { c, x in
      let gate = c.hardGate(x)
      let product = c.apply(.multiply, x, gate)
      return c.apply(.divide, product, 6)
    }
    activation("hardsigmoid.default") { c, x in
      let gate = c.hardGate(x)
      return c.apply(.divide, gate, 6)
    }
    activation("relu6.default") { c, x in
      let low = c.apply(.relu, x)
      return c.apply(.minimum, low, 6)
    }
    activation("hardtanh.default") { c, x in
      guard let low = c.number(1, "min_val", default: -1), let high = c.number(2, "max_val", default: 1) else {
        return nil
      }
      let raised = c.apply(.maximum, x, low)
      return c.apply(.minimum, raised, high)
    }
    activation("leaky_relu.default") { c, x in
      guard let slope = c.number(1, "negative_slope", default: 0.01) else { return nil }
      let isPositive = c.apply(.greater, x, 0)
      let leak = c.apply(.multiply, x, slope)
      return c.apply(.select, isPositive, x, leak)
    }
    activation("prelu.default") { c, x in
      guard var weight = c.tensor(1, "weight") else { return nil }
      let rank = c.shape(x).count
      let count = c.builder.type(weight).count
      // One slope, or one a channel (dimension 1).
      weight = c.reshape(weight, count == 1 || rank < 2 ? [] : [count] + [Int](repeating: 1, count: rank - 2))
      let isPositive = c.apply(.greater, x, 0)
      let leak = c.apply(.multiply, x, weight)
      return c.apply(.select, isPositive, x, leak)
    }
    activation("elu.default") { c, x in
      guard let alpha = c.number(1, "alpha", default: 1), let scale = c.number(2, "scale", default: 1),
        let inputScale = c.number(3, "input_scale", default: 1)
      else { return nil }
      return c.exponentialLinear(x, alpha: alpha, scale: scale, inputScale: inputScale)
    }
    activation("selu.default") { c, x in
      c.exponentialLinear(x, alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1)
    }
    activation("celu.default") { c, x in
      guard let alpha = c.number(1, "alpha", default: 1) else { return nil }
      return c.exponentialLinear(x, alpha: alpha, scale: 1, inputScale: 1 / alpha)
    }
    activation("threshold.default") { c, x in
      guard let threshold = c.comparand(1, "threshold"), let value = c.number(2, "value", default: .nan) else {
        return nil
      }
      // NaN is not at or below the threshold and stays.
      let isLow = c.apply(.lessEqual, x, threshold)
      let constant = c.scalar(value)
      return c.apply(.select, isLow, constant, x)
    }
    for (target, low, high) in [("clamp", 1, 2), ("clamp_min", 1, -1), ("clamp_max", -1, 1)] {
      for overload in ["default", "Tensor"] {
        activation("\(target).\(overload)") { c, x in
          var value = x
          if low > 0, let bound = c.operand(low, "min") { value = c.apply(.maximum, value, bound) }
          if high > 0, let bound = c.operand(high, "max") { value = c.apply(.minimum, value, bound) }
          return value == x ? nil : value
        }
      }
    }
    activation("glu.default") { c, x in
      let shape = c.shape(x)
      guard let dimension = Shape.dimension(c.integer(1, "dim", default: -1) ?? -1, rank: shape.count) else {
        return nil
      }
      let half = shape[dimension] / 2
      let first = c.slice(x, dimension, start: 0, count: half, step: 1)
      let second = c.slice(x, dimension, start: half, count: half, step: 1)
      let gate = c.apply(.sigmoid, second)
      return c.apply(.multiply, first, gate)
    }
    return table
  }
}

extension LoweringContext {
  /// min(max(x + 3, 0), 6)
  fileprivate mutating func hardGate(_ x: ValueID) -> ValueID {
    let shifted = apply(.add, x, 3)
    let low = apply(.relu, shifted)
    return apply(.minimum, low, 6)
  }

  /// scale·x for positive x, scale·alpha·(e^(inputScale·x) − 1) elsewhere.
  fileprivate mutating func exponentialLinear(
    _ x: ValueID, alpha: Double, scale: Double, inputScale: Double
  ) -> ValueID {
    let isPositive = apply(.greater, x, 0)
    let linear = scale == 1 ? x : apply(.multiply, x, scale)
    let argument = inputScale == 1 ? x : apply(.multiply, x, inputScale)
    let curve = apply(.expm1, argument)
    let negative = alpha * scale == 1 ? curve : apply(.multiply, curve, alpha * scale)
    return apply(.select, isPositive, linear, negative)
  }
}
