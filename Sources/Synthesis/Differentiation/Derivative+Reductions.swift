extension TensorGraph {
  /// Sums, means, extrema, variances, norms, the softmax family, losses.
  static var reductionDerivatives: [String: Derivative] {
    var table: [String: Derivative] = [:]

    /// Registers a reduction; the closure gets its operand, the dimensions it goes over, and result and gradient with
    /// these dimensions kept as ones.
    func reduction(
      _ target: String, dimensionsAt position: Int = 1, isWhole: Bool = false,
      _ body: @escaping @Sendable (inout LoweringContext, ReducedCall) -> ValueID?
    ) {
      table["aten.\(target)"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0] else {
          return nil
        }
        let shape = c.shape(x)
        guard let dimensions = isWhole ? Set(shape.indices) : c.dimensions(position, "dim", rank: shape.count) else {
          return nil
        }
        let kept = c.keepingDimensions(shape, dimensions)
        let call = ReducedCall(
          x: x, dimensions: dimensions, y: c.reshape(about.results[0], kept), gradient: c.reshape(gradient, kept),
          isWhole: isWhole)
        return body(&c, call).map { [place: $0] }
      }
    }

    for target in ["sum.default", "sum.dim_IntList", "mean.default", "mean.dim"] {
      reduction(target, isWhole: target.hasSuffix("default")) { c, call in
        let count = call.count(c)
        return target.hasPrefix("sum") ? call.gradient : c.apply(.divide, call.gradient, Double(count))
      }
    }
    for (target, isWhole) in [
      ("amax.default", false), ("amin.default", false), ("max.default", true), ("min.default", true),
    ] {
      // Shared out evenly among all that are the extremum. Where that is NaN, only reductions of everything know it.
      reduction(target, isWhole: isWhole) { c, call in
        var isExtremum = c.apply(.equal, call.x, call.y)
        if isWhole {
          let isOwn = c.apply(.notEqual, call.x, call.x)
          let isNumber = c.apply(.and, isOwn, c.apply(.notEqual, call.y, call.y))
          isExtremum = c.apply(.or, isExtremum, isNumber)
        }
        return c.sharedOut(call, isExtremum)
      }
    }
    for name in ["max", "min"] {
      // To the one element whose position was returned: PyTorch's own operator puts it there.
      table["aten.\(name).dim"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0],
          about.results.count == 2, let index = c.integer(1, "dim", default: 0),
          let dimension = Shape.dimension(index, rank: c.shape(x).count)
        else { return nil }
        let sizes = CallArgument.integers(c.shape(x))
        let keeps = CallArgument.truth(c.truth(2, "keepdim"))
        return [
          place: c.call(
            "value_selecting_reduction_backward.default", [gradient, about.results[1]],
            [.operand(0), .integer(dimension), .operand(1), sizes, keeps], shape: c.shape(x))
        ]
      }
    }
    for (name, isRoot) in [("var", false), ("std", true)] {
      for overload in ["correction", "dim", "default"] {
        reduction("\(name).\(overload)", isWhole: overload == "default") { c, call in
          let correction: Double?
          switch overload {
          case "correction": correction = c.call.keywords["correction"].map { $0.number ?? 1 } ?? 1
          case "dim": correction = c.truth(2, "unbiased", default: true) ? 1 : 0
          default: correction = c.truth(1, "unbiased", default: true) ? 1 : 0
          }
          let count = Double(call.count(c))
          guard let correction, count > correction, let mean = c.mean(call.x, call.dimensions) else { return nil }
          let centred = c.apply(.subtract, call.x, c.reshape(mean, c.shape(call.y)))
          var gradient = call.gradient
          if isRoot {
            let slope = c.apply(.divide, gradient, c.apply(.multiply, call.y, 2))
            gradient = c.dropped(slope, where: c.apply(.equal, call.y, 0))
          }
          return c.apply(.multiply, c.apply(.multiply, gradient, 2 / (count - correction)), centred)
        }
      }
    }
    reduction("logsumexp.default") { c, call in
      c.apply(.multiply, call.gradient, c.apply(.exp, c.apply(.subtract, call.x, call.y)))
    }
    for target in ["linalg_vector_norm.default", "norm.ScalarOpt_dim"] {
      reduction(target, dimensionsAt: 2) { c, call in
        switch c.number(1, "ord", default: 2) {
        case 1?: return c.apply(.multiply, c.sign(call.x), call.gradient)
        case 2?:
          let ratio = c.apply(.divide, call.x, call.y)
          return c.apply(.multiply, c.dropped(ratio, where: c.apply(.equal, call.y, 0)), call.gradient)
        case .infinity?:
          let magnitude = c.apply(.absolute, call.x)
          let isExtremum = c.apply(
            .or, c.apply(.equal, magnitude, call.y), c.apply(.notEqual, call.x, call.x))
          guard let shared = c.sharedOut(call, isExtremum) else { return nil }
          return c.apply(.multiply, c.sign(call.x), shared)
        default: return nil
        }
      }
    }
    for (target, isLog) in [
      ("softmax.int", false), ("_softmax.default", false), ("log_softmax.int", true), ("_log_softmax.default", true),
    ] {
      table["aten.\(target)"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0],
          let dimension = Shape.dimension(c.integer(1, "dim", default: -1) ?? -1, rank: c.shape(x).count)
        else { return nil }
        let y = about.results[0]
        let kept = c.keepingDimensions(c.shape(x), [dimension])
        guard let total = c.reduce(.sum, isLog ? gradient : c.apply(.multiply, gradient, y), [dimension]) else {
          return nil
        }
        let sum = c.reshape(total, kept)
        return [
          place: isLog
            ? c.apply(.subtract, gradient, c.apply(.multiply, c.apply(.exp, y), sum))
            : c.apply(.multiply, c.apply(.subtract, gradient, sum), y)
        ]
      }
    }
    for (name, isSquare) in [("mse_loss", true), ("l1_loss", false)] {
      table["aten.\(name).default"] = { c, about in
        guard let a = c.tensor(0, "self"), let b = c.tensor(1, "target"), let places = c.places("self", "target"),
          let gradient = about.upstream[0], let mode = c.integer(2, "reduction", default: 1)
        else { return nil }
        let difference = c.apply(.subtract, a, b)
        let factor = (isSquare ? 2 : 1) / (mode == 1 ? Double(c.builder.type(a).count) : 1)
        let slope = isSquare ? difference : c.sign(difference)
        let scaled = factor == 1 ? gradient : c.apply(.multiply, gradient, factor)
        let own = c.apply(.multiply, slope, scaled)
        var result = [places[0]: own]
        if about.isWanted[places[1]] { result[places[1]] = c.apply(.negative, own) }
        return result
      }
    }
    return table
  }
}

/// A reduction whose gradient is looked for; result and gradient have the reduced dimensions as ones.
private struct ReducedCall {
  var x: TensorGraph.ValueID
  var dimensions: Set<Int>
  var y: TensorGraph.ValueID
  var gradient: TensorGraph.ValueID
  var isWhole: Bool

  /// How many elements each result stands for.
  func count(_ c: LoweringContext) -> Int { dimensions.map { c.shape(x)[$0] }.reduce(1, *) }
}

extension LoweringContext {
  /// The gradient in equal parts to all elements where the condition holds.
  fileprivate mutating func sharedOut(_ call: ReducedCall, _ condition: ValueID) -> ValueID? {
    let (one, zero) = (scalar(1), scalar(0))
    let counted = apply(.select, condition, one, zero)
    guard let count = reduce(.sum, counted, call.dimensions) else { return nil }
    let part = apply(.divide, call.gradient, reshape(count, shape(call.y)))
    // 0 · NaN is NaN, as it is where PyTorch multiplies; reductions of everything choose.
    return call.isWhole ? kept(part, where: condition) : apply(.multiply, counted, part)
  }
}
