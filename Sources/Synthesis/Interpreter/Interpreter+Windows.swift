extension Interpreter {
  /// Pooling by its definition, one window after the other.
  static func pool(_ x: DenseTensor, _ pooling: Pooling, shape: [Int]) -> DenseTensor {
    let leading = shape.count - pooling.windows.count
    let strides = Shape.strides(x.shape)
    var result = DenseTensor(shape)
    forEachIndex(shape) { index, position in
      let base = (0..<leading).reduce(0) { $0 + index[$1] * strides[$1] }
      var offsets = [base]
      var divisor = 1
      for (d, window) in pooling.windows.enumerated() {
        let length = x.shape[leading + d]
        let taps = window.taps(index[leading + d], length: length)
        offsets = offsets.flatMap { offset in taps.map { offset + $0 * strides[leading + d] } }
        divisor *= pooling.countsPadding ? window.paddedCount(index[leading + d], length: length) : taps.count
      }
      let values = offsets.map { x.values[$0] }
      switch pooling.kind {
      case .maximum: result.values[position] = reduce(.maximum, values)
      case .mean: result.values[position] = reduce(.sum, values) / Double(pooling.divisor ?? divisor)
      }
    }
    return result
  }

  static func depthwise(_ operands: [DenseTensor], _ convolution: DepthwiseConvolution, shape: [Int]) -> DenseTensor {
    let (x, weight) = (operands[0], operands[1])
    let leading = shape.count - convolution.windows.count
    let multiplier = shape[leading - 1] / x.shape[leading - 1]
    let strides = Shape.strides(x.shape)
    let taps = Array(weight.shape[2...])
    var result = DenseTensor(shape)
    forEachIndex(shape) { index, position in
      let channel = index[leading - 1]
      var sum = operands.count > 2 ? operands[2].values[channel] : 0
      forEachIndex(taps) { tap, number in
        var from = (0..<leading - 1).reduce(0) { $0 + index[$1] * strides[$1] }
        from += channel / multiplier * strides[leading - 1]
        for (d, window) in convolution.windows.enumerated() {
          let at = index[leading + d] * window.stride - window.padding + tap[d] * window.dilation
          if at < 0 || at >= x.shape[leading + d] { return }
          from += at * strides[leading + d]
        }
        sum += x.values[from] * weight.values[channel * taps.reduce(1, *) + number]
      }
      result.values[position] = sum
    }
    return result
  }

  static func scan(_ x: DenseTensor, _ scan: Scan) -> DenseTensor {
    let stride = Shape.strides(x.shape)[scan.dimension]
    let last = x.shape[scan.dimension] - 1
    var result = x
    var positions = Array(x.values.indices)
    if scan.isReversed { positions.reverse() }
    for position in positions {
      let index = position / stride % (last + 1)
      if index == (scan.isReversed ? last : 0) { continue }
      let before = result.values[scan.isReversed ? position + stride : position - stride]
      let value = x.values[position]
      switch scan.kind {
      case .sum: result.values[position] = before + value
      case .product: result.values[position] = before * value
      case .maximum: result.values[position] = apply(.maximum, [before, value])
      case .minimum: result.values[position] = apply(.minimum, [before, value])
      }
    }
    return result
  }
}
