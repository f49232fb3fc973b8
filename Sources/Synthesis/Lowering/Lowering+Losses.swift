extension TensorGraph {
  /// Losses of two tensors of one shape, element by element, then summed, averaged or neither.
  ///
  /// Written as ATen's kernels write them, so that infinite and missing values come out alike. `binary_cross_entropy` is
  /// not among them: it raises an error on what is no probability, which no kernel of ours does.
  static var lossLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    /// Registers a loss `(self, target, …, reduction, …)`; the closure says the loss of each pair of elements.
    func loss(
      _ name: String, reduction: Int = 2,
      _ body:
        @escaping @Sendable (inout LoweringContext, LoweringContext.ValueID, LoweringContext.ValueID)
        -> LoweringContext.ValueID?
    ) {
      table["aten.\(name).default"] = { c in
        guard c.isUniform, c.type.dtype.isFloating, let x = c.tensor(0, "self"), let target = c.tensor(1, "target"),
          let mode = c.integer(reduction, "reduction", default: 1), c.shape(x) == c.shape(target),
          c.builder.type(target).dtype.isComputed, let each = body(&c, x, target)
        else { return nil }
        let all = Set(c.shape(each).indices)
        switch mode {
        case 0: return [each]
        case 1: return c.mean(each, all).map { [$0] }
        default: return c.reduce(.sum, each, all).map { [$0] }
        }
      }
    }

    loss("mse_loss") { c, x, target in
      let difference = c.apply(.subtract, x, target)
      return c.apply(.multiply, difference, difference)
    }
    loss("l1_loss") { c, x, target in
      let difference = c.apply(.subtract, x, target)
      return c.apply(.absolute, difference)
    }
    loss("smooth_l1_loss") { c, x, target in
      guard let beta = c.number(3, "beta", default: 1), beta > 0 else { return nil }
      return c.roundedDistance(x, target, limit: beta, .less, slope: 1)
    }
    loss("huber_loss") { c, x, target in
      guard let delta = c.number(3, "delta", default: 1) else { return nil }
      return c.roundedDistance(x, target, limit: delta, .lessEqual, slope: delta)
    }
    loss("soft_margin_loss") { c, x, target in
      let opposite = c.apply(.negative, target)
      let margin = c.apply(.multiply, opposite, x)
      let exponential = c.apply(.exp, margin)
      return c.apply(.log1p, exponential)
    }
    loss("binary_cross_entropy_with_logits", reduction: 4) { c, x, target in
      // (1 − t)·x − w·log σ(x), w = 1 + (p − 1)·t for a weight p of what is positive.
      let other = c.apply(.subtract, 1, target)
      let missed = c.apply(.multiply, other, x)
      var logarithm = c.logSigmoid(x)
      if let positive = c.tensor(3, "pos_weight") {
        let more = c.apply(.subtract, positive, 1)
        let share = c.apply(.multiply, more, target)
        let weight = c.apply(.add, share, 1)
        logarithm = c.apply(.multiply, weight, logarithm)
      }
      let loss = c.apply(.subtract, missed, logarithm)
      guard let weight = c.tensor(2, "weight") else { return loss }
      return c.apply(.multiply, loss, weight)
    }
    loss("kl_div") { c, x, target in
      guard c.truth(3, "log_target") else {
        let entropy = c.selfInformation(target)
        let cross = c.apply(.multiply, target, x)
        return c.apply(.subtract, entropy, cross)
      }
      let difference = c.apply(.subtract, target, x)
      let probability = c.apply(.exp, target)
      return c.apply(.multiply, probability, difference)
    }
    table["aten.pairwise_distance.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let a = c.tensor(0, "x1"), let b = c.tensor(1, "x2"),
        let distance = c.distance(a, b, argumentsFrom: 2)
      else { return nil }
      return [c.reshape(distance, c.type.shape)]
    }
    table["aten.triplet_margin_loss.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let anchor = c.tensor(0, "anchor"),
        let positive = c.tensor(1, "positive"), let negative = c.tensor(2, "negative"),
        let margin = c.number(3, "margin", default: 1), let mode = c.integer(7, "reduction", default: 1),
        let near = c.distance(anchor, positive, argumentsFrom: 4),
        var far = c.distance(anchor, negative, argumentsFrom: 4)
      else { return nil }
      if c.truth(6, "swap") {
        guard let other = c.distance(positive, negative, argumentsFrom: 4) else { return nil }
        far = c.apply(.minimum, far, other)
      }
      let excess = c.apply(.subtract, c.apply(.add, near, margin), far)
      let each = c.apply(.maximum, excess, 0)
      let all = Set(c.shape(each).indices)
      switch mode {
      case 0: return [c.reshape(each, c.type.shape)]
      case 1: return c.mean(each, all).map { [$0] }
      default: return c.reduce(.sum, each, all).map { [$0] }
      }
    }
    table["aten.cosine_similarity.default"] = { c in
      guard c.isUniform, c.type.dtype.isFloating, let a = c.tensor(0, "x1"), let b = c.tensor(1, "x2"),
        let epsilon = c.number(3, "eps", default: 1e-8),
        let shape = Shape.broadcast([c.shape(a), c.shape(b)]),
        let dimension = Shape.dimension(c.integer(2, "dim", default: 1) ?? 1, rank: shape.count)
      else { return nil }
      var sides: [LoweringContext.ValueID] = []
      for side in [c.expanded(a, shape), c.expanded(b, shape)] {
        // Divided first, as PyTorch does it: the product of tiny numbers would lose digits.
        guard let square = c.reduce(.sum, c.apply(.multiply, side, side), [dimension]) else { return nil }
        let length = c.apply(.maximum, c.apply(.sqrt, square), epsilon)
        let inverse = c.reshape(c.apply(.reciprocal, length), c.keepingDimensions(shape, [dimension]))
        sides.append(c.apply(.multiply, side, inverse))
      }
      guard let cosine = c.reduce(.sum, c.apply(.multiply, sides[0], sides[1]), [dimension]) else { return nil }
      return [c.reshape(cosine, c.type.shape)]
    }
    return table
  }
}

extension LoweringContext {
  /// ‖a − b + ε‖ over the last dimension, which the result doesn't have; `p` and `eps` stand at the position given.
  fileprivate mutating func distance(_ a: ValueID, _ b: ValueID, argumentsFrom position: Int) -> ValueID? {
    guard let order = number(position, "p", default: 2), let epsilon = number(position + 1, "eps", default: 1e-6) else {
      return nil
    }
    let difference = apply(.add, apply(.subtract, a, b), epsilon)
    let last = shape(difference).count - 1
    guard last >= 0, order == 1 || order == 2 else { return nil }
    let each = order == 1 ? apply(.absolute, difference) : apply(.multiply, difference, difference)
    guard let sum = reduce(.sum, each, [last]) else { return nil }
    // With its dimensions of one element: distances of broadcast sets meet others.
    let distance = reshape(sum, Array(shape(difference).dropLast()))
    return order == 1 ? distance : apply(.sqrt, distance)
  }
}

extension LoweringContext {
  /// ½d² for distances d up to the limit l, and a straight line of slope l from there on; all of it divided by l and
  /// multiplied by `slope`.
  fileprivate mutating func roundedDistance(
    _ x: ValueID, _ target: ValueID, limit: Double, _ comparison: Elementwise, slope: Double
  ) -> ValueID {
    let difference = apply(.subtract, x, target)
    let distance = apply(.absolute, difference)
    let isNear = apply(comparison, distance, limit)
    let half = apply(.multiply, distance, 0.5)
    var near = apply(.multiply, half, distance)
    if limit != slope { near = apply(.divide, near, limit) }
    var far = apply(.subtract, distance, 0.5 * limit)
    if slope != 1 { far = apply(.multiply, far, slope) }
    return apply(.select, isNear, near, far)
  }

  /// min(x, 0) − log(1 + e^−|x|)
  mutating func logSigmoid(_ x: ValueID) -> ValueID {
    let magnitude = apply(.absolute, x)
    let negative = apply(.negative, magnitude)
    let e = apply(.exp, negative)
    let soft = apply(.log1p, e)
    let low = apply(.minimum, x, 0)
    return apply(.subtract, low, soft)
  }

  /// p·log p, and 0 where p is 0.
  fileprivate mutating func selfInformation(_ p: ValueID) -> ValueID {
    let logarithm = apply(.log, p)
    let product = apply(.multiply, p, logarithm)
    let isZero = apply(.equal, p, 0)
    let zero = scalar(0)
    return apply(.select, isZero, zero, product)
  }
}
