extension TensorGraph {
  /// Poolings that are means of everything are reductions, others have a primitive of their own; averages along one
  /// dimension stay calls for the re-expression rules.
  static var poolingLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]
    for spatial in 1...3 {
      table["aten.adaptive_avg_pool\(spatial)d.default"] = { c in
        guard c.type.dtype.isFloating, let x = c.tensor(0, "self"), c.builder.type(x).dtype == c.type.dtype,
          let sizes = c.argument(1, "output_size")?.integers
        else { return nil }
        let rank = c.shape(x).count
        if sizes.allSatisfy({ $0 == 1 }) {
          return c.mean(c.widened(x), Set(rank - spatial..<rank)).map { [c.reshape($0, c.type.shape)] }
        }
        return c.adaptivePool(.mean, x, spatial).map { [$0] }
      }
      table["aten.adaptive_max_pool\(spatial)d.default"] = { c in
        c.tensor(0, "self").flatMap { c.adaptivePool(.maximum, $0, spatial) }.map { [$0] }
      }
      // Indices, where somebody wants them, stay with the call.
      for target in ["max_pool\(spatial)d.default", "max_pool\(spatial)d_with_indices.default"] {
        table["aten.\(target)"] = { c in
          guard let x = c.tensor(0, "self"), let size = c.each(1, "kernel_size", spatial) else { return nil }
          let windows = c.windows(size, dilation: c.each(4, "dilation", spatial, default: 1))
          return windows.flatMap { c.pool(Pooling(.maximum, $0), x) }.map { [$0] }
        }
      }
      if spatial == 1 { continue }
      table["aten.avg_pool\(spatial)d.default"] = { c in
        guard let x = c.tensor(0, "self"), let size = c.each(1, "kernel_size", spatial),
          let windows = c.windows(size, dilation: [Int](repeating: 1, count: spatial))
        else { return nil }
        let pooling = Pooling(
          .mean, windows, countsPadding: c.truth(5, "count_include_pad", default: true),
          divisor: c.argument(6, "divisor_override")?.integer)
        return c.pool(pooling, x).map { [$0] }
      }
    }
    return table
  }
}

extension LoweringContext {
  /// An argument that is one integer for all spatial dimensions or one for each.
  func each(_ position: Int, _ name: String, _ count: Int, default value: Int? = nil) -> [Int]? {
    guard let argument = argument(position, name), argument != .none, argument.integers != [] else {
      return value.map { [Int](repeating: $0, count: count) }
    }
    return argument.integers(each: count)
  }

  /// The windows of a pooling call; no stride means windows side by side.
  func windows(_ size: [Int], dilation: [Int]?) -> [WindowExtent]? {
    guard let dilation, let padding = each(3, "padding", size.count, default: 0) else { return nil }
    let strideArgument = argument(2, "stride")
    let isGiven = strideArgument != nil && strideArgument != CallArgument.none && strideArgument?.integers != []
    guard let strides = isGiven ? each(2, "stride", size.count) : size else { return nil }
    return size.indices.map {
      WindowExtent(size: size[$0], stride: strides[$0], padding: padding[$0], dilation: dilation[$0])
    }
  }

  /// Windows of equal size side by side, where the extents come out even.
  mutating func adaptivePool(_ kind: Pooling.Kind, _ x: ValueID, _ spatial: Int) -> ValueID? {
    let (input, output) = (shape(x).suffix(spatial), type.shape.suffix(spatial))
    guard shape(x).count == type.shape.count, zip(input, output).allSatisfy({ $1 > 0 && $0 % $1 == 0 }) else {
      return nil
    }
    return pool(Pooling(kind, zip(input, output).map { WindowExtent(size: $0 / $1, stride: $0 / $1) }), x)
  }

  /// A pooling with a shape that its kernel is written for.
  mutating func pool(_ pooling: Pooling, _ x: ValueID) -> ValueID? {
    let (input, output) = (shape(x).suffix(pooling.windows.count), type.shape.suffix(pooling.windows.count))
    guard type.dtype.isFloating, builder.type(x).dtype == type.dtype, input.count == pooling.windows.count,
      shape(x).count == type.shape.count, pooling.divisor != 0, PoolKernel.fits(pooling)
    else { return nil }
    for ((window, length), outputs) in zip(zip(pooling.windows, input), output) {
      guard window.size > 0, window.stride > 0, window.dilation > 0, window.padding >= 0, length > 0 else { return nil }
      // Means at the edges keep a table of divisors on the stack.
      guard pooling.kind == .maximum || outputs <= 1 << 15 else { return nil }
      // Every window sees an element, so that no mean divides by nothing.
      guard (0..<outputs).allSatisfy({ !window.taps($0, length: length).isEmpty }) else { return nil }
    }
    return builder.add(.pool(pooling), [x], type, origin: origin)
  }
}
