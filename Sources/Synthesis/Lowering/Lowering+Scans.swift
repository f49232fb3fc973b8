extension TensorGraph {
  /// Running sums and their relatives.
  static var scanLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]
    let kinds: [(String, Scan.Kind)] = [
      ("cumsum", .sum), ("cumprod", .product), ("cummax", .maximum), ("cummin", .minimum),
    ]
    for (name, kind) in kinds {
      table["aten.\(name).default"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "self"),
          let index = c.integer(1, "dim", default: 0),
          let dimension = Shape.dimension(index, rank: c.shape(x).count), !c.shape(x).isEmpty
        else { return nil }
        // Products of a vector's lanes may leave the range of double precision where those from the start stay in it.
        let isTrailing = c.shape(x)[(dimension + 1)...].allSatisfy { $0 == 1 }
        if kind == .product, c.type.dtype == .float64, isTrailing { return nil }
        return [c.builder.add(.scan(Scan(kind, dimension: dimension)), [x], c.builder.type(x), origin: c.origin)]
      }
    }
    return table
  }

  /// flip(scan(flip(x))) is a scan that runs from the end.
  static var reversalLowerings: [String: Lowering] {
    [
      "aten.flip.default": { c in
        guard let x = c.tensor(0, "self"), let dimensions = c.argument(1, "dims")?.integers, dimensions.count == 1,
          let dimension = Shape.dimension(dimensions[0], rank: c.shape(x).count)
        else { return nil }
        let outer = c.builder.nodes[c.unsettled(x)]
        guard case .scan(var scan) = outer.operation, scan.dimension == dimension else { return nil }
        let inner = c.builder.nodes[c.unwidened(outer.operands[0])]
        guard case .call(let call) = inner.operation, call.target == "aten.flip.default",
          call.argument(1, "dims")?.integers?.map({ Shape.dimension($0, rank: c.shape(x).count) }) == [dimension]
        else { return nil }
        scan.isReversed.toggle()
        guard let source = c.cast(inner.operands[0], to: outer.type.dtype) else { return nil }
        return [c.builder.add(.scan(scan), [source], outer.type, origin: c.origin)]
      }
    ]
  }
}

extension LoweringContext {
  /// What a call computed before it got the type of its result.
  fileprivate func unsettled(_ id: ValueID) -> ValueID {
    let node = builder.nodes[id]
    return node.operation == .elementwise(.softCast) ? node.operands[0] : id
  }

  /// What was widened, without changing any number.
  fileprivate func unwidened(_ id: ValueID) -> ValueID {
    let node = builder.nodes[id]
    guard node.operation == .elementwise(.cast),
      builder.type(node.operands[0]).dtype.isExact(in: node.type.dtype)
    else { return id }
    return node.operands[0]
  }
}
