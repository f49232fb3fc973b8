extension TensorGraph {
  /// Running sums and their relatives, and their reversals.
  static var scanLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]
    let kinds: [(String, Scan.Kind)] = [
      ("cumsum", .sum), ("cumprod", .product), ("cummax", .maximum), ("cummin", .minimum),
    ]
    for (name, kind) in kinds {
      table["aten.\(name).default"] = { c in
        guard let x = c.tensor(0, "self"), let index = c.integer(1, "dim", default: 0),
          let dimension = Shape.dimension(index, rank: c.shape(x).count), !c.shape(x).isEmpty,
          c.builder.type(x).dtype == c.type.dtype, c.type.dtype.isComputed
        else { return nil }
        // Products of a vector's lanes may leave the range of double precision where those from the start stay in it.
        let isTrailing = c.shape(x)[(dimension + 1)...].allSatisfy { $0 == 1 }
        if kind == .product, c.type.dtype == .float64, isTrailing { return nil }
        return [c.builder.add(.scan(Scan(kind, dimension: dimension)), [x], c.type, origin: c.origin)]
      }
    }
    // flip(scan(flip(x))) runs from the end.
    table["aten.flip.default"] = { c in
      guard let x = c.tensor(0, "self"), let dimensions = c.argument(1, "dims")?.integers, dimensions.count == 1,
        let dimension = Shape.dimension(dimensions[0], rank: c.shape(x).count),
        case .scan(var scan) = c.builder.nodes[x].operation, scan.dimension == dimension,
        case .call(let inner) = c.builder.nodes[c.builder.nodes[x].operands[0]].operation,
        inner.target == "aten.flip.default",
        inner.argument(1, "dims")?.integers?.map({ Shape.dimension($0, rank: c.shape(x).count) }) == [dimension]
      else { return nil }
      scan.isReversed.toggle()
      let source = c.builder.nodes[c.builder.nodes[x].operands[0]].operands[0]
      return [c.builder.add(.scan(scan), [source], c.type, origin: c.origin)]
    }
    return table
  }
}
