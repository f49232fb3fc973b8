extension TensorGraph {
  /// Operators that pass values on: as they are, as a copy, or in another type.
  static var copyLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]
    // A clone is a copy, because its point is that the result is another tensor.
    for target in ["clone.default", "lift_fresh_copy.default"] {
      table["aten.\(target)"] = { c in
        guard c.type.dtype.isFloating, let x = c.tensor(0, "self") else { return nil }
        return [c.copied(x)]
      }
    }
    for target in ["detach.default", "alias.default"] {
      table["aten.\(target)"] = { c in c.tensor(0, "self").map { [$0] } }
    }
    for target in ["to.dtype", "to.dtype_layout", "type_as.default", "to.other", "_to_copy.default"] {
      table["aten.\(target)"] = { c in
        guard let x = c.tensor(0, "self") else { return nil }
        if c.builder.type(x).dtype == c.type.dtype { return target == "_to_copy.default" ? nil : [x] }
        guard c.isPlainConversion else { return nil }
        if c.type.dtype == .bool, c.builder.type(x).dtype.isInteger {
          return [c.apply(.notEqual, x, c.wholeNumber(0))]
        }
        if c.type.dtype == .bool, c.builder.type(x).dtype.isFloating {
          // NaN is not zero.
          let number = c.widened(x)
          let zero = c.builder.add(.scalar(0), [], TensorType(c.builder.type(number).dtype, []), origin: c.origin)
          return [c.apply(.notEqual, number, zero)]
        }
        return c.cast(x, to: c.type.dtype).map { [$0] }
      }
    }
    table["aten.contiguous.default"] = { c in
      guard let x = c.tensor(0, "self"), c.call.keywords["memory_format"] == nil else { return nil }
      if case .view = c.builder.nodes[x].operation { return c.type.dtype.isFloating ? [c.copied(x)] : nil }
      return [x]
    }
    // Of what they are given they take the shape alone: made once.
    for (name, maker) in [("zeros_like", "zeros"), ("new_zeros", "zeros"), ("ones_like", "ones"), ("new_ones", "ones")]
    {
      table["aten.\(name).default"] = { c in
        guard c.call.keywords["memory_format"] == nil, c.type.dtype != .other else { return nil }
        let sizes = CallArgument.list(c.type.shape.map { .integer($0) })
        let call = Call("aten.\(maker).default", [sizes], keywords: ["dtype": .dtype(c.type.dtype)])
        return [c.builder.add(.call(call), [], c.type, origin: c.origin)]
      }
    }
    // In evaluation mode these return what they are given.
    for name in ["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"] {
      table["aten.\(name).default"] = { c in
        guard let x = c.tensor(0, "input"), c.argument(2, "train")?.truth == false else { return nil }
        return [x]
      }
    }
    return table
  }

  /// Calls whose results jump where their operands differ by a rounding, and all that these are computed from: a kernel
  /// rounds there wherever PyTorch does, or its truth values and positions would be others.
  var roundedEverywhere: Set<ValueID> {
    var rounded = Set<ValueID>()
    for (id, node) in nodes.enumerated().reversed() {
      let isDiscontinuous: Bool
      switch node.operation {
      case .call(let call):
        isDiscontinuous =
          !node.type.dtype.isFloating || ["floor", "ceil", "round", "trunc", "threshold"].contains(call.name)
      case .element: isDiscontinuous = !node.type.dtype.isFloating
      default: isDiscontinuous = false
      }
      if isDiscontinuous || rounded.contains(id) { rounded.formUnion(node.operands) }
    }
    return rounded
  }
}

extension LoweringContext {
  /// The value in the type that PyTorch computes in.
  mutating func widened(_ id: ValueID) -> ValueID {
    guard let dtype = builder.type(id).dtype.arithmetic else { return id }
    return cast(id, to: dtype) ?? id
  }

  /// All operands in the type that PyTorch computes this call in; those that can't be stay what they are.
  ///
  /// Whole numbers beside half precision become half precision first, and so does a single float32 number that a tensor is
  /// compared with. Truth values count as 0 and 1 by themselves.
  mutating func widenOperands() {
    guard let computed = computedType else { return }
    let common = commonHalf
    operands = operands.map { id in
      if builder.type(id).dtype == .bool { return id }
      var value: ValueID? = id
      let dtype = builder.type(id).dtype
      if let common, dtype.isInteger || !type.dtype.isFloating { value = cast(id, to: common) }
      return value.flatMap { cast($0, to: computed) } ?? id
    }
  }

  /// The half type that all operands are converted to before PyTorch widens them, if that is what it does.
  private var commonHalf: ElementType? {
    if type.dtype.isFloating { return type.dtype.isHalf ? type.dtype : nil }
    // Tensors with dimensions decide before those without.
    let floating = operands.indices.filter { captured[$0].isFloating }
    let shaped = floating.filter { !builder.shape(operands[$0]).isEmpty }
    let types = Set((shaped.isEmpty ? floating : shaped).map { captured[$0] })
    return types.count == 1 ? types.first.flatMap { $0.isHalf ? $0 : nil } : nil
  }

  /// A tensor argument, or a number rounded as PyTorch rounds what it compares with.
  mutating func comparand(_ position: Int, _ name: String) -> ValueID? {
    if let id = tensor(position, name) { return id }
    guard let value = argument(position, name)?.number else { return nil }
    return scalar(commonHalf?.rounded(value) ?? value)
  }

  /// A comparison of whole numbers with each other, which are compared as they are; nil for anything else.
  mutating func wholeComparison(_ operation: Elementwise) -> ValueID? {
    guard let a = tensor(0, "self"), builder.type(a).dtype.isInteger else { return nil }
    if let b = tensor(1, "other") { return builder.type(b).dtype.isInteger ? apply(operation, a, b) : nil }
    // A number that the tensor's type doesn't have would be taken for another.
    guard let number = argument(1, "other")?.integer, builder.type(a).dtype.holds(number) else { return nil }
    return apply(operation, a, wholeNumber(number))
  }

  mutating func wholeNumber(_ value: Int) -> ValueID {
    builder.add(.scalar(Double(value)), [], TensorType(.int64, []), origin: origin)
  }

  /// The same numbers as another tensor.
  mutating func copied(_ id: ValueID) -> ValueID {
    builder.add(.elementwise(.identity), [id], builder.type(id), origin: origin)
  }

  /// The numbers in another floating type, rounded where it holds less; nil for what has no such numbers.
  mutating func cast(_ id: ValueID, to dtype: ElementType) -> ValueID? {
    let own = builder.type(id)
    if own.dtype == dtype { return id }
    guard dtype.isFloating, own.dtype.isFloating || own.dtype.isInteger || own.dtype == .bool else { return nil }
    return builder.add(.elementwise(.cast), [id], TensorType(dtype, own.shape), origin: origin)
  }

  /// No device, layout or order of memory is asked for that it may not have already.
  fileprivate var isPlainConversion: Bool {
    let plain: Set<String> = ["cpu", "torch.strided", "torch.preserve_format"]
    return (call.arguments.dropFirst() + call.keywords.values).allSatisfy { argument in
      switch argument {
      case .none, .dtype, .truth, .operand: true
      case .constant(let name): plain.contains(name)
      default: false
      }
    }
  }
}

extension GraphBuilder {
  /// A call's result, computed in a wider type, in the type that PyTorch gives it.
  ///
  /// - Parameter isRounded: kernels must not go on with what it was before.
  mutating func settled(_ id: ValueID, as dtype: ElementType, isRounded: Bool, origin: TensorGraph.Origin) -> ValueID {
    let own = type(id)
    guard own.dtype != dtype, own.dtype.isFloating, dtype.isFloating else { return id }
    // Widened and not changed since.
    let node = nodes[id]
    if node.operation == .elementwise(.cast), type(node.operands[0]).dtype == dtype, dtype.isExact(in: own.dtype) {
      return node.operands[0]
    }
    return add(.elementwise(isRounded ? .cast : .softCast), [id], TensorType(dtype, own.shape), origin: origin)
  }
}
