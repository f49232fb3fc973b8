extension TensorGraph {
  /// Arithmetic, selection, copies.
  static var pointwiseDerivatives: [String: Derivative] {
    var table: [String: Derivative] = unaryDerivatives

    for (name, sign) in [("add", 1.0), ("sub", -1.0), ("rsub", -1.0)] {
      for overload in ["Tensor", "Scalar"] {
        table["aten.\(name).\(overload)"] = { c, about in
          guard let gradient = about.upstream[0], let alpha = c.number(2, "alpha", default: 1) else { return nil }
          let scaled = alpha * sign == 1 ? gradient : c.apply(.multiply, gradient, alpha * sign)
          // self − α·other, or the other way round.
          let (plain, changed) = name == "rsub" ? (1, 0) : (0, 1)
          var result: [Int: ValueID] = [:]
          if let place = c.place(plain, plain == 0 ? "self" : "other") { result[place] = gradient }
          if let place = c.place(changed, changed == 0 ? "self" : "other") { result[place] = scaled }
          return result
        }
      }
    }
    for overload in ["Tensor", "Scalar"] {
      table["aten.mul.\(overload)"] = binary { gradient, a, b in
        [{ $0.apply(.multiply, gradient, b) }, { $0.apply(.multiply, gradient, a) }]
      }
      table["aten.div.\(overload)"] = binary { gradient, a, b in
        [
          { $0.apply(.divide, gradient, b) },
          { $0.divisorGradient(gradient, a, b) },
        ]
      }
    }
    for (name, isLess) in [("maximum", Elementwise.less), ("minimum", .greater)] {
      // Ties go half to each; NaN compares to nothing and passes to both.
      table["aten.\(name).default"] = binary { gradient, a, b in
        func side(_ own: ValueID, _ other: ValueID) -> (inout LoweringContext) -> ValueID {
          { c in
            let half = c.apply(.divide, gradient, 2)
            let isTie = c.apply(.equal, own, other)
            let loses = c.apply(isLess, own, other)
            return c.dropped(c.apply(.select, isTie, half, gradient), where: loses)
          }
        }
        return [side(a, b), side(b, a)]
      }
    }

    table["aten.pow.Tensor_Scalar"] = { c, about in
      guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0],
        let exponent = c.number(1, "exponent", default: .nan), exponent != 0
      else { return nil }
      if exponent == 1 { return [place: gradient] }
      let power = exponent == 2 ? x : c.power(x, exponent - 1)
      return [place: c.apply(.multiply, gradient, c.apply(.multiply, power, exponent))]
    }

    for target in ["aten.where.self", "aten.where.ScalarOther", "aten.where.ScalarSelf", "aten.where.Scalar"] {
      table[target] = { c, about in
        guard let condition = c.tensor(0, "condition"), let gradient = about.upstream[0] else { return nil }
        var result: [Int: ValueID] = [:]
        if let place = c.place(1, "self") { result[place] = c.kept(gradient, where: condition) }
        if let place = c.place(2, "other") { result[place] = c.dropped(gradient, where: condition) }
        return result
      }
    }
    for overload in ["Scalar", "Tensor"] {
      table["aten.masked_fill.\(overload)"] = { c, about in
        guard let mask = c.tensor(1, "mask"), let gradient = about.upstream[0], let place = c.place(0, "self") else {
          return nil
        }
        var result = [place: c.dropped(gradient, where: mask)]
        if let place = c.place(2, "value"), about.isWanted[place] { result[place] = c.kept(gradient, where: mask) }
        return result
      }
    }
    for name in ["addcmul", "addcdiv"] {
      table["aten.\(name).default"] = { c, about in
        guard let a = c.tensor(1, "tensor1"), let b = c.tensor(2, "tensor2"), let gradient = about.upstream[0],
          let value = c.number(3, "value", default: 1), let places = c.places("self", "tensor1", "tensor2")
        else { return nil }
        let scaled = value == 1 ? gradient : c.apply(.multiply, gradient, value)
        var result = [places[0]: gradient]
        if about.isWanted[places[1]] {
          result[places[1]] = c.apply(name == "addcmul" ? .multiply : .divide, scaled, b)
        }
        if about.isWanted[places[2]] {
          if name == "addcmul" {
            result[places[2]] = c.apply(.multiply, scaled, a)
          } else {
            result[places[2]] = c.divisorGradient(scaled, a, b)
          }
        }
        return result
      }
    }

    // Values pass through, and gradients do.
    for target in [
      "clone.default", "lift_fresh_copy.default", "alias.default", "to.dtype", "type_as.default", "contiguous.default",
    ] {
      table["aten.\(target)"] = { c, about in
        guard let gradient = about.upstream[0], let place = c.place(0, "self") else { return nil }
        return [place: gradient]
      }
    }
    for name in ["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"] {
      table["aten.\(name).default"] = { c, about in
        guard let gradient = about.upstream[0], let place = c.place(0, "input") else { return nil }
        return [place: gradient]
      }
    }
    return table
  }

  /// Functions of one tensor, from the tensor or from their result, as PyTorch has it.
  private static var unaryDerivatives: [String: Derivative] {
    var table: [String: Derivative] = [:]
    func unary(
      _ name: String,
      _ body: @escaping @Sendable (inout LoweringContext, _ x: ValueID, _ y: ValueID, _ gradient: ValueID) -> ValueID
    ) {
      table["aten.\(name).default"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0] else {
          return nil
        }
        return [place: body(&c, x, about.results[0], gradient)]
      }
    }
    unary("neg") { c, _, _, g in c.apply(.negative, g) }
    unary("abs") { c, x, _, g in c.apply(.multiply, g, c.sign(x)) }
    unary("square") { c, x, _, g in c.apply(.multiply, g, c.apply(.multiply, x, 2)) }
    unary("exp") { c, _, y, g in c.apply(.multiply, g, y) }
    unary("expm1") { c, _, y, g in c.apply(.multiply, g, c.apply(.add, y, 1)) }
    unary("log") { c, x, _, g in c.apply(.divide, g, x) }
    unary("log1p") { c, x, _, g in c.apply(.divide, g, c.apply(.add, x, 1)) }
    unary("log2") { c, x, _, g in c.apply(.divide, g, c.apply(.multiply, x, 0.6931471805599453)) }
    unary("sqrt") { c, _, y, g in c.apply(.divide, g, c.apply(.multiply, y, 2)) }
    unary("rsqrt") { c, _, y, g in
      let cube = c.apply(.multiply, c.apply(.multiply, y, y), y)
      return c.apply(.multiply, c.apply(.multiply, g, -0.5), cube)
    }
    unary("reciprocal") { c, _, y, g in
      c.apply(.multiply, c.apply(.negative, g), c.apply(.multiply, y, y))
    }
    unary("tanh") { c, _, y, g in
      c.apply(.multiply, g, c.apply(.subtract, 1, c.apply(.multiply, y, y)))
    }
    unary("sigmoid") { c, _, y, g in
      c.apply(.multiply, c.apply(.multiply, g, c.apply(.subtract, 1, y)), y)
    }
    unary("erf") { c, x, _, g in
      let e = c.apply(.exp, c.apply(.negative, c.apply(.multiply, x, x)))
      return c.apply(.multiply, c.apply(.multiply, e, 1.1283791670955126), g)
    }
    unary("sin") { c, x, _, g in c.apply(.multiply, g, c.apply(.cos, x)) }
    unary("cos") { c, x, _, g in c.apply(.multiply, g, c.apply(.negative, c.apply(.sin, x))) }
    unary("relu") { c, _, y, g in c.dropped(g, where: c.apply(.lessEqual, y, 0)) }
    return table
  }

  /// Registers both sides of an operator on two tensors, or on a tensor and a number; only what is wanted is written.
  private static func binary(
    _ sides:
      @escaping @Sendable (_ gradient: ValueID, _ a: ValueID, _ b: ValueID) -> [(inout LoweringContext) -> ValueID]
  ) -> Derivative {
    { c, about in
      guard let gradient = about.upstream[0], let a = c.operand(0, "self"), let b = c.operand(1, "other") else {
        return nil
      }
      var result: [Int: ValueID] = [:]
      for (side, place) in zip(sides(gradient, a, b), [c.place(0, "self"), c.place(1, "other")]) {
        if let place, about.isWanted[place] { result[place] = side(&c) }
      }
      return result
    }
  }
}

extension LoweringContext {
  /// The gradient of b in a/b: −g·(a/b)/b.
  fileprivate mutating func divisorGradient(_ gradient: ValueID, _ a: ValueID, _ b: ValueID) -> ValueID {
    let ratio = apply(.divide, apply(.divide, a, b), b)
    return apply(.negative, apply(.multiply, gradient, ratio))
  }

  /// Numbers among the operands of tensors that are passed at the first positions; nil where one isn't a tensor.
  func places(_ names: String...) -> [Int]? {
    let found = names.enumerated().compactMap { place($0.offset, $0.element) }
    return found.count == names.count ? found : nil
  }
}
