extension TensorGraph {
  /// Layer, RMS, group and instance normalisation, with weights and without.
  static var normalisationDerivatives: [String: Derivative] {
    var table: [String: Derivative] = [:]

    for (name, isCentred) in [("layer_norm", true), ("rms_norm", false)] {
      table["aten.\(name).default"] = { c, about in
        guard let x = c.tensor(0, "input"), let gradient = about.upstream[0],
          let normalized = c.argument(1, "normalized_shape")?.integers
        else { return nil }
        let standard = isCentred ? 1e-5 : c.type.dtype == .float32 ? 0x1p-23 : 0x1p-52
        guard let epsilon = c.number(isCentred ? 4 : 3, "eps", default: standard) else { return nil }
        let rank = c.shape(x).count
        let dimensions = Set(rank - normalized.count..<rank)
        let weight = c.tensor(2, "weight")
        let weighted = weight.map { c.apply(.multiply, gradient, $0) } ?? gradient
        guard let (input, normal) = c.normalised(x, weighted, dimensions, epsilon: epsilon, isCentred: isCentred) else {
          return nil
        }
        return c.gradients(
          about, x: input, weight: c.apply(.multiply, gradient, normal), bias: gradient,
          positions: (0, 2, isCentred ? 3 : nil), shape: normalized)
      }
    }
    for name in ["group_norm", "instance_norm"] {
      table["aten.\(name).default"] = { c, about in
        guard let x = c.tensor(0, "input"), let gradient = about.upstream[0] else { return nil }
        let shape = c.shape(x)
        let isGroup = name == "group_norm"
        guard let groups = isGroup ? c.integer(1, "num_groups", default: 1) : shape[1],
          let epsilon = c.number(isGroup ? 4 : 7, "eps", default: 1e-5), groups > 0
        else { return nil }
        let channel = [shape[1]] + [Int](repeating: 1, count: shape.count - 2)
        let weight = c.tensor(isGroup ? 2 : 1, "weight").map { c.reshape($0, channel) }
        let weighted = weight.map { c.apply(.multiply, gradient, $0) } ?? gradient
        let inner = shape[2...].reduce(1, *)
        let grouped = [shape[0], groups, shape[1] / groups * inner]
        guard
          let (input, normal) = c.normalised(
            c.reshape(x, grouped), c.reshape(weighted, grouped), [2], epsilon: epsilon, isCentred: true)
        else { return nil }
        return c.gradients(
          about, x: c.reshape(input, shape),
          weight: c.apply(.multiply, gradient, c.reshape(normal, shape)), bias: gradient,
          positions: (0, isGroup ? 2 : 1, isGroup ? 3 : 2), shape: channel)
      }
    }
    return table
  }
}

extension LoweringContext {
  /// Through a normalisation of `x` over dimensions: the gradient of `x`, and the normalised `x` itself.
  ///
  /// With n the normalised input and s its scale: s·(g − mean(g) − n·mean(g·n)). No difference of large numbers but that of
  /// the gradient and its own means.
  fileprivate mutating func normalised(
    _ x: ValueID, _ gradient: ValueID, _ dimensions: Set<Int>, epsilon: Double, isCentred: Bool
  ) -> (gradient: ValueID, normal: ValueID)? {
    let kept = keepingDimensions(shape(x), dimensions)
    let scale: ValueID
    let normal: ValueID
    if isCentred {
      guard let (centred, inverse) = standardised(x, dimensions, epsilon: epsilon) else { return nil }
      (scale, normal) = (inverse, apply(.multiply, centred, inverse))
    } else {
      guard let mean = mean(apply(.multiply, x, x), dimensions) else { return nil }
      scale = reshape(apply(.rsqrt, apply(.add, mean, epsilon)), kept)
      normal = apply(.multiply, x, scale)
    }
    guard let along = mean(apply(.multiply, gradient, normal), dimensions) else { return nil }
    var rest = apply(.subtract, gradient, apply(.multiply, normal, reshape(along, kept)))
    if isCentred {
      guard let mean = mean(gradient, dimensions) else { return nil }
      rest = apply(.subtract, rest, reshape(mean, kept))
    }
    return (apply(.multiply, rest, scale), normal)
  }

  /// The gradients of a normalisation's input, weight and bias, where there are any and they are wanted; weight and bias
  /// broadcast with the input as `shape`.
  fileprivate mutating func gradients(
    _ about: CallGradient, x: ValueID, weight: ValueID, bias: ValueID, positions: (x: Int, weight: Int, bias: Int?),
    shape target: [Int]
  ) -> [Int: ValueID]? {
    var result: [Int: ValueID] = [:]
    if let place = place(positions.x, "input") { result[place] = x }
    for (position, name, own) in [(positions.weight, "weight", weight), (positions.bias ?? -1, "bias", bias)] {
      guard position > 0, let tensor = tensor(position, name), let place = place(position, name),
        about.isWanted[place]
      else { continue }
      guard let sum = gathered(own, to: target) else { return nil }
      result[place] = reshape(sum, shape(tensor))
    }
    return result
  }
}
