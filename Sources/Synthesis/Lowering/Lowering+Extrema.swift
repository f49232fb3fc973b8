extension TensorGraph {
  /// Positions of extrema, extrema with their positions, and whether any or all elements hold.
  static var extremumLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    for (name, reduction) in [("argmax", Reduction.argMaximum), ("argmin", .argMinimum)] {
      table["aten.\(name).default"] = { c in
        guard c.type.dtype == .int64, let x = c.tensor(0, "self"), c.builder.type(x).dtype.isComputed else {
          return nil
        }
        // Without a dimension the position among all elements in row-major order.
        let rank = c.shape(x).count
        let dimensions: Set<Int>
        switch c.argument(1, "dim") {
        case nil, CallArgument.none?: dimensions = Set(0..<rank)
        case .integer(let index)?:
          guard let dimension = Shape.dimension(index, rank: rank) else { return nil }
          dimensions = [dimension]
        default: return nil
        }
        return c.position(reduction, x, dimensions).map { [c.reshape($0, c.type.shape)] }
      }
    }
    for (name, reduction, position) in [
      ("max", Reduction.maximum, Reduction.argMaximum), ("min", .minimum, .argMinimum),
    ] {
      table["aten.\(name).dim"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "self"),
          let index = c.integer(1, "dim", default: 0), let dimension = Shape.dimension(index, rank: c.shape(x).count),
          !c.shape(x).isEmpty, let value = c.reduce(reduction, x, [dimension]),
          let place = c.position(position, x, [dimension])
        else { return nil }
        return [c.reshape(value, c.type.shape), c.reshape(place, c.type.shape)]
      }
    }
    for (name, reduction) in [("any", Reduction.maximum), ("all", .minimum)] {
      for overload in ["default", "dim", "dims"] {
        table["aten.\(name).\(overload)"] = { c in
          guard c.type.dtype == .bool, let x = c.tensor(0, "self"), let dtype = c.heldType(x),
            let dimensions = overload == "default"
              ? Set(c.shape(x).indices) : c.dimensions(1, "dim", rank: c.shape(x).count)
          else { return nil }
          let number = TensorType(dtype, [])
          let zero = c.builder.add(.scalar(0), [], number, origin: c.origin)
          let one = c.builder.add(.scalar(1), [], number, origin: c.origin)
          // NaN is not zero, and so it holds.
          var condition = x
          if c.builder.type(x).dtype != .bool { condition = c.apply(.notEqual, x, zero) }
          let counted = c.builder.add(
            .elementwise(.select), [condition, one, zero], TensorType(dtype, c.shape(x)), origin: c.origin)
          guard let reduced = c.reduce(reduction, counted, dimensions) else { return nil }
          return [c.reshape(c.apply(.notEqual, reduced, zero), c.type.shape)]
        }
      }
    }
    return table
  }
}

extension LoweringContext {
  /// The position of an extremum; lanes count in 32 bits where elements have as many.
  fileprivate mutating func position(_ reduction: Reduction, _ x: ValueID, _ dimensions: Set<Int>) -> ValueID? {
    let length = dimensions.map { shape(x)[$0] }.reduce(1, *)
    return length < Int(Int32.max) ? reduce(reduction, x, dimensions) : nil
  }

  /// The type to count truth values in: that of what they were made from, so that both are one kernel.
  fileprivate func heldType(_ x: ValueID) -> ElementType? {
    let type = builder.type(x).dtype
    if type.isComputed { return type }
    guard type == .bool else { return nil }
    var id = x
    while builder.type(id).dtype == .bool, let operand = builder.nodes[id].operands.first { id = operand }
    let source = builder.type(id).dtype
    return source.isComputed ? source : .float32
  }
}
