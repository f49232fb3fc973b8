extension ReferenceCall {
  /// Poolings over windows, running totals and reversal.
  func windowed() -> [DenseTensor]? {
    switch call.name {
    case "max_pool1d", "max_pool2d", "max_pool3d": pool(dilationAt: 4) { taps, _ in taps.max() ?? -.infinity }
    case "avg_pool2d", "avg_pool3d":
      pool(dilationAt: nil) { taps, counted in
        taps.reduce(0, +) / (call.argument(6, "divisor_override")?.number ?? Double(counted))
      }
    case "cumsum": running(+)
    case "cumprod": running(*)
    case "cummax": running { max($0, $1) }
    case "cummin": running { min($0, $1) }
    default: nil
    }
  }

  /// `(input, kernel_size, stride, padding, …)`: `body` gets the elements of a window and how many a mean divides by.
  private func pool(dilationAt: Int?, _ body: ([Double], Int) -> Double) -> [DenseTensor]? {
    guard let x = tensor(0, "self"), let spatial = call.name.dropLast().last?.wholeNumberValue else { return nil }
    func each(_ position: Int, _ name: String, _ value: [Int]) -> [Int] {
      let list = integers(position, name, value)
      return list.count == spatial ? list : [Int](repeating: list[0], count: spatial)
    }
    let size = each(1, "kernel_size", [1])
    let (steps, padding) = (each(2, "stride", size), each(3, "padding", [0]))
    let dilation = dilationAt.map { each($0, "dilation", [1]) } ?? [Int](repeating: 1, count: spatial)
    let countsPadding = dilationAt == nil ? call.argument(5, "count_include_pad")?.truth ?? true : false
    let leading = x.shape.count - spatial
    let strides = Shape.strides(x.shape)
    var result = DenseTensor(type.shape)
    forEachIndex(type.shape) { index, position in
      var taps: [Double] = []
      var counted = 0
      forEachIndex(size) { tap, _ in
        var from = (0..<leading).reduce(0) { $0 + index[$1] * strides[$1] }
        var (isInside, isPadded) = (true, true)
        for d in 0..<spatial {
          let at = index[leading + d] * steps[d] - padding[d] + tap[d] * dilation[d]
          if at < 0 || at >= x.shape[leading + d] { isInside = false }
          if at >= x.shape[leading + d] + padding[d] { isPadded = false }
          from += at * strides[leading + d]
        }
        if isInside { taps.append(x.values[from]) }
        if countsPadding ? isPadded : isInside { counted += 1 }
      }
      result.values[position] = body(taps, counted)
    }
    return [result]
  }

  private func running(_ body: (Double, Double) -> Double) -> [DenseTensor]? {
    guard let x = tensor(0, "self") else { return nil }
    let dimension = integers(1, "dim", [0])[0]
    let stride = Shape.strides(x.shape)[dimension < 0 ? dimension + x.shape.count : dimension]
    let extent = x.shape[dimension < 0 ? dimension + x.shape.count : dimension]
    var result = x
    for position in x.values.indices where position / stride % extent > 0 {
      result.values[position] = body(result.values[position - stride], x.values[position])
    }
    return [result]
  }
}
