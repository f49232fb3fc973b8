extension TensorGraph {
  /// Arithmetic, comparisons, selection.
  static var pointwiseLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    let unary: [String: Elementwise] = [
      "neg": .negative, "abs": .absolute, "exp": .exp, "expm1": .expm1, "log": .log, "log1p": .log1p, "log2": .log2,
      "sqrt": .sqrt, "rsqrt": .rsqrt, "reciprocal": .reciprocal, "tanh": .tanh, "sigmoid": .sigmoid, "erf": .erf,
      "sin": .sin, "cos": .cos, "floor": .floor, "ceil": .ceil, "round": .round, "trunc": .trunc, "relu": .relu,
    ]
    for (name, operation) in unary {
      table["aten.\(name).default"] = { context in
        guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self") else { return nil }
        return [context.apply(operation, x)]
      }
    }
    table["aten.square.default"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self") else { return nil }
      return [context.apply(.multiply, x, x)]
    }
    table["aten.sign.default"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self") else { return nil }
      return [context.sign(x)]
    }
    for name in ["logical_not", "bitwise_not"] {
      table["aten.\(name).default"] = { context in
        guard let x = context.tensor(0, "self"), context.builder.type(x).dtype == .bool else { return nil }
        return [context.apply(.not, x)]
      }
    }

    let binary: [String: Elementwise] = [
      "mul": .multiply, "div": .divide, "maximum": .maximum, "minimum": .minimum, "eq": .equal, "ne": .notEqual,
      "lt": .less, "le": .lessEqual, "gt": .greater, "ge": .greaterEqual,
    ]
    for (name, operation) in binary {
      for overload in ["Tensor", "Scalar", "default"] {
        table["aten.\(name).\(overload)"] = { context in
          if operation.isPredicate, let result = context.wholeComparison(operation) { return [result] }
          guard context.isUniform, context.computedType != nil, !context.hasOnlyTruthOperands,
            let a = context.operand(0, "self"),
            let b = operation.isPredicate ? context.comparand(1, "other") : context.operand(1, "other")
          else { return nil }
          return [context.apply(operation, a, b)]
        }
      }
    }
    for (name, operation) in [("add", Elementwise.add), ("sub", .subtract), ("rsub", .subtract)] {
      for overload in ["Tensor", "Scalar"] {
        table["aten.\(name).\(overload)"] = { context in
          guard context.isUniform, context.type.dtype.isFloating, !context.hasOnlyTruthOperands,
            let a = context.operand(0, "self"), var b = context.operand(1, "other"),
            let alpha = context.number(2, "alpha", default: 1)
          else { return nil }
          if name == "rsub" {
            let scaled = alpha == 1 ? a : context.apply(.multiply, a, alpha)
            return [context.apply(.subtract, b, scaled)]
          }
          if alpha != 1 { b = context.apply(.multiply, b, alpha) }
          return [context.apply(operation, a, b)]
        }
      }
    }
    for (name, operation) in [("and", Elementwise.and), ("or", .or)] {
      for target in ["aten.logical_\(name).default", "aten.bitwise_\(name).Tensor", "aten.__\(name)__.Tensor"] {
        table[target] = { context in
          guard let a = context.tensor(0, "self"), let b = context.tensor(1, "other"),
            context.builder.type(a).dtype == .bool, context.builder.type(b).dtype == .bool
          else { return nil }
          return [context.apply(operation, a, b)]
        }
      }
    }

    table["aten.pow.Tensor_Scalar"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
        let exponent = context.number(1, "exponent", default: .nan)
      else { return nil }
      return [context.power(x, exponent)]
    }
    table["aten.pow.Tensor_Tensor"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
        let y = context.tensor(1, "exponent")
      else { return nil }
      return [context.apply(.power, x, y)]
    }

    for target in ["aten.where.self", "aten.where.ScalarOther", "aten.where.ScalarSelf", "aten.where.Scalar"] {
      table[target] = { context in
        guard context.isUniform, context.type.dtype.isFloating, let condition = context.tensor(0, "condition"),
          context.builder.type(condition).dtype == .bool, let a = context.operand(1, "self"),
          let b = context.operand(2, "other")
        else { return nil }
        return [context.apply(.select, condition, a, b)]
      }
    }
    for overload in ["Scalar", "Tensor"] {
      table["aten.masked_fill.\(overload)"] = { context in
        guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
          let mask = context.tensor(1, "mask"), context.builder.type(mask).dtype == .bool,
          let value = context.operand(2, "value")
        else { return nil }
        return [context.apply(.select, mask, value, x)]
      }
    }

    table["aten.addcmul.default"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
        let a = context.tensor(1, "tensor1"), let b = context.tensor(2, "tensor2"),
        let value = context.number(3, "value", default: 1)
      else { return nil }
      var product = context.apply(.multiply, a, b)
      if value != 1 { product = context.apply(.multiply, product, value) }
      return [context.apply(.add, x, product)]
    }
    table["aten.addcdiv.default"] = { context in
      guard context.isUniform, context.type.dtype.isFloating, let x = context.tensor(0, "self"),
        let a = context.tensor(1, "tensor1"), let b = context.tensor(2, "tensor2"),
        let value = context.number(3, "value", default: 1)
      else { return nil }
      var quotient = context.apply(.divide, a, b)
      if value != 1 { quotient = context.apply(.multiply, quotient, value) }
      return [context.apply(.add, x, quotient)]
    }
    return table
  }
}

extension LoweringContext {
  /// Arithmetic on truth values counts them, which no primitive does.
  var hasOnlyTruthOperands: Bool {
    !operands.isEmpty && operands.allSatisfy { builder.type($0).dtype == .bool }
  }

  /// xᵖ by multiplications where p is a small integer or half of one, as PyTorch does it.
  mutating func power(_ x: ValueID, _ exponent: Double) -> ValueID {
    switch exponent {
    case 1: return apply(.identity, x)
    case 2: return apply(.multiply, x, x)
    case 3:
      let square = apply(.multiply, x, x)
      return apply(.multiply, square, x)
    case 4:
      let square = apply(.multiply, x, x)
      return apply(.multiply, square, square)
    case 0.5: return apply(.sqrt, x)
    case -0.5: return apply(.rsqrt, x)
    case -1: return apply(.reciprocal, x)
    case -2:
      let square = apply(.multiply, x, x)
      return apply(.reciprocal, square)
    default: return apply(.power, x, exponent)
    }
  }
}
