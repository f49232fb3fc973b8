extension TensorGraph {
  /// Activation functions: what PyTorch's backward kernels compute, on the same side of every kink.
  static var activationDerivatives: [String: Derivative] {
    var table: [String: Derivative] = [:]
    func activation(
      _ target: String,
      _ slope: @escaping @Sendable (inout LoweringContext, _ x: ValueID, _ gradient: ValueID) -> ValueID?
    ) {
      table["aten.\(target)"] = { context, about in
        guard let x = context.tensor(0, "self"), let place = context.place(0, "self"), let gradient = about.upstream[0],
          let result = slope(&context, x, gradient)
        else { return nil }
        return [place: result]
      }
    }

    activation("silu.default") { c, x, g in
      // σ(x)·(1 + x·(1 − σ(x)))
      let s = c.apply(.sigmoid, x)
      let rest = c.apply(.multiply, x, c.apply(.subtract, 1, s))
      return c.apply(.multiply, g, c.apply(.multiply, s, c.apply(.add, rest, 1)))
    }
    activation("gelu.default") { c, x, g in
      switch c.argument(1, "approximate") {
      case nil, .string("none")?:
        // Φ(x) + x·φ(x)
        let square = c.apply(.multiply, c.apply(.multiply, x, x), -0.5)
        let density = c.apply(.multiply, c.apply(.exp, square), 0.3989422804014327)
        let slope = c.apply(.add, c.apply(.normalCDF, x), c.apply(.multiply, x, density))
        return c.apply(.multiply, g, slope)
      case .string("tanh")?:
        // With s = σ(2u): s + x·s·(1 − s)·(2u)′.
        let square = c.apply(.multiply, x, x)
        let cubic = c.apply(.add, c.apply(.multiply, square, 0.044715 * 1.5957691216057308), 1.5957691216057308)
        let s = c.apply(.sigmoid, c.apply(.multiply, x, cubic))
        let inner = c.apply(.add, c.apply(.multiply, square, 3 * 0.044715 * 1.5957691216057308), 1.5957691216057308)
        let bell = c.apply(.multiply, s, c.apply(.subtract, 1, s))
        let right = c.apply(.multiply, c.apply(.multiply, x, bell), inner)
        return c.apply(.multiply, g, c.apply(.add, s, right))
      default: return nil
      }
    }
    activation("mish.default") { c, x, g in
      // t + x·σ(x)·(1 − t²), where t = n/(n + 2) and so 1 − t² = 4(n + 1)/(n + 2)², n = eˣ(eˣ + 2).
      let e = c.apply(.exp, c.apply(.minimum, x, 20))
      let n = c.apply(.multiply, e, c.apply(.add, e, 2))
      let n2 = c.apply(.add, n, 2)
      let t = c.apply(.divide, n, n2)
      let ratio = c.apply(.divide, c.apply(.add, n, 1), n2)
      let bell = c.apply(.multiply, c.apply(.divide, ratio, n2), 4)
      let right = c.apply(.multiply, c.apply(.multiply, x, c.apply(.sigmoid, x)), bell)
      return c.apply(.multiply, g, c.apply(.add, t, right))
    }
    activation("softplus.default") { c, x, g in
      guard let beta = c.number(1, "beta", default: 1), let threshold = c.number(2, "threshold", default: 20) else {
        return nil
      }
      let scaled = beta == 1 ? x : c.apply(.multiply, x, beta)
      let curve = c.apply(.multiply, g, c.apply(.sigmoid, scaled))
      return c.apply(.select, c.apply(.greater, scaled, threshold), g, curve)
    }
    activation("log_sigmoid.default") { c, x, g in
      c.apply(.multiply, g, c.apply(.sigmoid, c.apply(.negative, x)))
    }
    activation("hardswish.default") { c, x, g in
      let middle = c.apply(.multiply, g, c.apply(.add, c.apply(.divide, x, 3), 0.5))
      let isInside = c.apply(.less, x, 3)
      let upper = c.apply(.select, isInside, middle, g)
      return c.dropped(upper, where: c.apply(.lessEqual, x, -3))
    }
    activation("hardsigmoid.default") { c, x, g in
      let isInside = c.apply(.and, c.apply(.greater, x, -3), c.apply(.less, x, 3))
      return c.kept(c.apply(.divide, g, 6), where: isInside)
    }
    activation("relu6.default") { c, x, g in c.inside(x, 0, 6, g) }
    activation("hardtanh.default") { c, x, g in
      guard let low = c.number(1, "min_val", default: -1), let high = c.number(2, "max_val", default: 1) else {
        return nil
      }
      return c.inside(x, low, high, g)
    }
    activation("leaky_relu.default") { c, x, g in
      guard let slope = c.number(1, "negative_slope", default: 0.01) else { return nil }
      return c.apply(.select, c.apply(.greater, x, 0), g, c.apply(.multiply, g, slope))
    }
    activation("elu.default") { c, x, g in
      guard let alpha = c.number(1, "alpha", default: 1), let scale = c.number(2, "scale", default: 1),
        let inputScale = c.number(3, "input_scale", default: 1)
      else { return nil }
      return c.exponentialSlope(x, g, alpha: alpha, scale: scale, inputScale: inputScale)
    }
    activation("selu.default") { c, x, g in
      c.exponentialSlope(x, g, alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1)
    }
    activation("celu.default") { c, x, g in
      guard let alpha = c.number(1, "alpha", default: 1) else { return nil }
      return c.exponentialSlope(x, g, alpha: alpha, scale: 1, inputScale: 1 / alpha)
    }
    activation("threshold.default") { c, x, g in
      guard let threshold = c.number(1, "threshold", default: .nan) else { return nil }
      return c.dropped(g, where: c.apply(.lessEqual, x, threshold))
    }
    for (target, low, high) in [("clamp", 1, 2), ("clamp_min", 1, -1), ("clamp_max", -1, 1)] {
      for overload in ["default", "Tensor"] {
        table["aten.\(target).\(overload)"] = { c, about in
          guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0] else {
            return nil
          }
          // What reaches the bounds, where they are tensors, is not said here.
          for (number, isWanted) in about.isWanted.enumerated() where isWanted && number != place { return nil }
          // A number at a bound is let through.
          var conditions: [ValueID] = []
          if low > 0, let bound = c.operand(low, "min") { conditions.append(c.apply(.greaterEqual, x, bound)) }
          if high > 0, let bound = c.operand(high, "max") { conditions.append(c.apply(.lessEqual, x, bound)) }
          guard var isInside = conditions.first else { return nil }
          for other in conditions.dropFirst() { isInside = c.apply(.and, isInside, other) }
          return [place: c.kept(gradient, where: isInside)]
        }
      }
    }
    table["aten.prelu.default"] = { c, about in
      guard let x = c.tensor(0, "self"), let weight = c.tensor(1, "weight"), let places = c.places("self", "weight"),
        let gradient = about.upstream[0]
      else { return nil }
      let rank = c.shape(x).count
      let count = c.builder.type(weight).count
      let channels = count == 1 || rank < 2 ? [] : [count] + [Int](repeating: 1, count: rank - 2)
      let isPositive = c.apply(.greater, x, 0)
      let leak = c.apply(.multiply, gradient, c.reshape(weight, channels))
      var result = [places[0]: c.apply(.select, isPositive, gradient, leak)]
      if about.isWanted[places[1]] {
        let own = c.dropped(c.apply(.multiply, gradient, x), where: isPositive)
        guard let sum = c.gathered(own, to: channels) else { return nil }
        result[places[1]] = c.reshape(sum, c.shape(weight))
      }
      return result
    }
    return table
  }
}

extension LoweringContext {
  /// The gradient where low < x < high and for NaN, 0 elsewhere.
  fileprivate mutating func inside(_ x: ValueID, _ low: Double, _ high: Double, _ gradient: ValueID) -> ValueID {
    let isOutside = apply(.or, apply(.lessEqual, x, low), apply(.greaterEqual, x, high))
    return dropped(gradient, where: isOutside)
  }

  fileprivate mutating func exponentialSlope(
    _ x: ValueID, _ gradient: ValueID, alpha: Double, scale: Double, inputScale: Double
  ) -> ValueID {
    let isLow = apply(.lessEqual, x, 0)
    let curve = apply(.exp, inputScale == 1 ? x : apply(.multiply, x, inputScale))
    let factor = alpha * scale * inputScale
    let low = apply(.multiply, gradient, factor == 1 ? curve : apply(.multiply, curve, factor))
    return apply(.select, isLow, low, scale == 1 ? gradient : apply(.multiply, gradient, scale))
  }

  /// Tensors one behind the other along a dimension.
  mutating func joined(_ parts: [ValueID], _ dimension: Int) -> ValueID {
    var shape = shape(parts[0])
    shape[dimension] = parts.map { self.shape($0)[dimension] }.reduce(0, +)
    return call(
      "cat.default", parts, [.list(parts.indices.map { .operand($0) }), .integer(dimension)], shape: shape)
  }
}
