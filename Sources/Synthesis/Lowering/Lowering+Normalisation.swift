extension TensorGraph {
  /// Layer, group, RMS and instance normalisation, and batch normalisation in evaluation mode.
  static var normalisationLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    for target in ["layer_norm.default", "native_layer_norm.default"] {
      table["aten.\(target)"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "input"),
          let normalized = c.argument(1, "normalized_shape")?.integers, let epsilon = c.number(4, "eps", default: 1e-5)
        else { return nil }
        let rank = c.shape(x).count
        guard let (centred, inverse) = c.standardised(x, Set(rank - normalized.count..<rank), epsilon: epsilon) else {
          return nil
        }
        let y = c.apply(.multiply, centred, inverse)
        return [c.affine(y, weight: c.tensor(2, "weight"), bias: c.tensor(3, "bias"))]
      }
    }
    table["aten.rms_norm.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "input"),
        let normalized = c.argument(1, "normalized_shape")?.integers
      else { return nil }
      // PyTorch's own default: the machine epsilon of the type that it computes in.
      let standard = c.computedType == .float32 ? 0x1p-23 : 0x1p-52
      guard let epsilon = c.number(3, "eps", default: standard) else { return nil }
      let rank = c.shape(x).count
      let dimensions = Set(rank - normalized.count..<rank)
      let square = c.apply(.multiply, x, x)
      guard let mean = c.mean(square, dimensions) else { return nil }
      let shifted = c.apply(.add, mean, epsilon)
      let inverse = c.apply(.rsqrt, shifted)
      let y = c.apply(.multiply, x, c.reshape(inverse, c.keepingDimensions(c.shape(x), dimensions)))
      return [c.affine(y, weight: c.tensor(2, "weight"), bias: nil)]
    }
    table["aten.group_norm.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "input"),
        let groups = c.integer(1, "num_groups", default: 1), let epsilon = c.number(4, "eps", default: 1e-5)
      else { return nil }
      return c.groupNormalised(
        x, groups: groups, epsilon: epsilon, weight: c.tensor(2, "weight"), bias: c.tensor(3, "bias")
      )
      .map { [$0] }
    }
    table["aten.instance_norm.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "input"), c.truth(5, "use_input_stats"),
        c.tensor(3, "running_mean") == nil, let epsilon = c.number(7, "eps", default: 1e-5), c.shape(x).count > 2
      else { return nil }
      return c.groupNormalised(
        x, groups: c.shape(x)[1], epsilon: epsilon, weight: c.tensor(1, "weight"), bias: c.tensor(2, "bias")
      ).map { [$0] }
    }

    // (input, weight, bias, running_mean, running_var, [training,] momentum, eps, …)
    for (target, training, epsilonPosition) in [
      ("batch_norm.default", 5, 7), ("_native_batch_norm_legit_no_training.default", -1, 6),
      ("cudnn_batch_norm.default", 5, 7),
    ] {
      table["aten.\(target)"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "input"), c.shape(x).count >= 2,
          training < 0 || !c.truth(training, "training", default: true), let mean = c.tensor(3, "running_mean"),
          let variance = c.tensor(4, "running_var"), let epsilon = c.number(epsilonPosition, "eps", default: 1e-5)
        else { return nil }
        // y = x·scale + shift, with scale and shift of the parameters alone.
        let shifted = c.apply(.add, variance, epsilon)
        var scale = c.apply(.rsqrt, shifted)
        if let weight = c.tensor(1, "weight") { scale = c.apply(.multiply, scale, weight) }
        let product = c.apply(.multiply, mean, scale)
        let shift =
          c.tensor(2, "bias").map { c.apply(.subtract, $0, product) } ?? c.apply(.negative, product)
        let channel = [c.shape(x)[1]] + [Int](repeating: 1, count: c.shape(x).count - 2)
        let scaled = c.apply(.multiply, x, c.reshape(scale, channel))
        return [c.apply(.add, scaled, c.reshape(shift, channel))]
      }
    }
    return table
  }
}

extension LoweringContext {
  /// x − mean, and 1/√(variance + epsilon) with its dimensions kept.
  mutating func standardised(
    _ x: ValueID, _ dimensions: Set<Int>, epsilon: Double
  ) -> (centred: ValueID, inverse: ValueID)? {
    guard let mean = mean(x, dimensions) else { return nil }
    let kept = keepingDimensions(shape(x), dimensions)
    let centred = apply(.subtract, x, reshape(mean, kept))
    let count = dimensions.map { shape(x)[$0] }.reduce(1, *)
    guard let squares = reduce(.sumOfSquares, centred, dimensions) else { return nil }
    let variance = apply(.divide, squares, Double(count))
    let shifted = apply(.add, variance, epsilon)
    let inverse = apply(.rsqrt, shifted)
    return (centred, reshape(inverse, kept))
  }

  fileprivate mutating func affine(_ x: ValueID, weight: ValueID?, bias: ValueID?) -> ValueID {
    let scaled = weight.map { apply(.multiply, x, $0) } ?? x
    return bias.map { apply(.add, scaled, $0) } ?? scaled
  }

  /// Normalises each group of channels (dimension 1) of each sample; weight and bias are per channel.
  fileprivate mutating func groupNormalised(
    _ x: ValueID, groups: Int, epsilon: Double, weight: ValueID?, bias: ValueID?
  ) -> ValueID? {
    let shape = shape(x)
    guard shape.count >= 2, groups > 0, shape[1] % groups == 0 else { return nil }
    let inner = shape[2...].reduce(1, *)
    let grouped = reshape(x, [shape[0], groups, shape[1] / groups * inner])
    guard let (centred, inverse) = standardised(grouped, [2], epsilon: epsilon) else { return nil }
    let y = reshape(apply(.multiply, centred, inverse), shape)
    let channel = [shape[1]] + [Int](repeating: 1, count: shape.count - 2)
    return affine(y, weight: weight.map { reshape($0, channel) }, bias: bias.map { reshape($0, channel) })
  }
}
