extension ReferenceCall {
  /// Layers with weights, and poolings.
  func layer() -> [DenseTensor]? {
    switch call.target {
    case "aten.conv1d.default", "aten.conv2d.default", "aten.conv3d.default": convolution().map { [$0] }
    case "aten.linear.default": linear().map { [$0] }
    case "aten.avg_pool1d.default": averagePool().map { [$0] }
    default: nil
    }
  }

  /// `(input, weight, bias, stride, padding, dilation, groups)`, over any number of spatial dimensions.
  private func convolution() -> DenseTensor? {
    guard let input = tensor(0, "input"), let weight = tensor(1, "weight") else { return nil }
    let spatial = weight.shape.count - 2
    func each(_ position: Int, _ name: String, _ value: Int) -> [Int] {
      let list = integers(position, name, [value])
      return list.count == spatial ? list : [Int](repeating: list[0], count: spatial)
    }
    let (strides, padding, dilation) = (each(3, "stride", 1), each(4, "padding", 0), each(5, "dilation", 1))
    let groups = Int(number(6, "groups", 1))
    // A missing batch dimension is put back for the time being.
    let isBatched = input.shape.count == spatial + 2
    let x = isBatched ? input : input.reshaped([1] + input.shape)
    let outputShape = isBatched ? type.shape : [1] + type.shape
    let (xStrides, wStrides) = (Shape.strides(x.shape), Shape.strides(weight.shape))
    let perGroup = weight.shape[1]
    let bias = tensor(2, "bias")
    var result = DenseTensor(outputShape)
    forEachIndex(outputShape) { index, position in
      let (n, o) = (index[0], index[1])
      let group = o / (outputShape[1] / groups)
      var sum = bias?.values[o] ?? 0
      for c in 0..<perGroup {
        forEachIndex(Array(weight.shape[2...])) { tap, _ in
          var from = n * xStrides[0] + (group * perGroup + c) * xStrides[1]
          var weightAt = o * wStrides[0] + c * wStrides[1]
          for d in 0..<spatial {
            let at = index[2 + d] * strides[d] - padding[d] + tap[d] * dilation[d]
            if at < 0 || at >= x.shape[2 + d] { return }
            from += at * xStrides[2 + d]
            weightAt += tap[d] * wStrides[2 + d]
          }
          sum += x.values[from] * weight.values[weightAt]
        }
      }
      result.values[position] = sum
    }
    return result.reshaped(type.shape)
  }

  private func linear() -> DenseTensor? {
    guard let x = tensor(0, "input"), let weight = tensor(1, "weight") else { return nil }
    let (inputs, outputs) = (weight.shape[1], weight.shape[0])
    let bias = tensor(2, "bias")
    var result = DenseTensor(type.shape)
    for row in 0..<x.values.count / inputs {
      for o in 0..<outputs {
        result.values[row * outputs + o] =
          (0..<inputs).reduce(bias?.values[o] ?? 0) {
            $0 + x.values[row * inputs + $1] * weight.values[o * inputs + $1]
          }
      }
    }
    return result
  }

  private func averagePool() -> DenseTensor? {
    guard let x = tensor(0, "self"), let length = x.shape.last, let outputs = type.shape.last else { return nil }
    let size = integers(1, "kernel_size", [1])[0]
    let (step, padding) = (integers(2, "stride", [size])[0], integers(3, "padding", [0])[0])
    let countsPadding = call.argument(5, "count_include_pad")?.truth ?? true
    var result = DenseTensor(type.shape)
    for row in 0..<x.values.count / length {
      for o in 0..<outputs {
        let taps = (o * step - padding..<o * step - padding + size).filter { $0 < length + padding }
        let inside = taps.filter { $0 >= 0 && $0 < length }
        let sum = inside.reduce(0) { $0 + x.values[row * length + $1] }
        result.values[row * outputs + o] = sum / Double(countsPadding ? taps.count : inside.count)
      }
    }
    return result
  }
}
