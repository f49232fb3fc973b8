extension TensorGraph {
  /// Operators that only show elements differently: gradients go back to where elements came from.
  static var viewDerivatives: [String: Derivative] {
    var table: [String: Derivative] = [:]
    /// The closure gets the shape of the operand and the gradient.
    func view(
      _ target: String, _ body: @escaping @Sendable (inout LoweringContext, _ shape: [Int], ValueID) -> ValueID?
    ) {
      table["aten.\(target)"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0],
          let result = body(&c, c.shape(x), gradient)
        else { return nil }
        return [place: result]
      }
    }

    for target in [
      "view.default", "reshape.default", "_unsafe_view.default", "flatten.using_ints", "unflatten.int",
      "squeeze.default", "squeeze.dim", "squeeze.dims", "unsqueeze.default", "view_as.default", "reshape_as.default",
    ] {
      view(target) { c, shape, gradient in c.reshape(gradient, shape) }
    }
    view("permute.default") { c, shape, gradient in
      guard let dimensions = c.argument(1, "dims")?.integers else { return nil }
      let order = dimensions.compactMap { Shape.dimension($0, rank: dimensions.count) }
      guard order.count == shape.count else { return nil }
      var inverse = order
      for (to, from) in order.enumerated() { inverse[from] = to }
      return c.permuted(gradient, inverse)
    }
    for target in ["transpose.int", "t.default", "swapaxes.default", "numpy_T.default", "mT.default"] {
      view(target) { c, shape, gradient in
        let rank = shape.count
        if rank < 2 { return gradient }
        let isPair = target == "transpose.int" || target == "swapaxes.default"
        guard let a = Shape.dimension(isPair ? c.integer(1, "dim0", default: 0) ?? 0 : -2, rank: rank),
          let b = Shape.dimension(isPair ? c.integer(2, "dim1", default: 1) ?? 1 : -1, rank: rank)
        else { return nil }
        var order = Array(0..<rank)
        order.swapAt(a, b)
        return c.permuted(gradient, order)
      }
    }
    for target in ["expand.default", "expand_as.default", "broadcast_to.default"] {
      view(target) { c, shape, gradient in c.gathered(gradient, to: shape) }
    }

    // Zeros where nothing was shown: PyTorch's own operators make them.
    view("slice.Tensor") { c, shape, gradient in
      guard let dimension = Shape.dimension(c.integer(1, "dim", default: 0) ?? 0, rank: shape.count),
        let start = c.integer(2, "start", default: 0), let step = c.integer(4, "step", default: 1)
      else { return nil }
      let extent = shape[dimension]
      let first = min(max(start < 0 ? start + extent : start, 0), extent)
      let count = c.shape(gradient)[dimension]
      if count == extent { return gradient }
      let end = min(first + count * step, extent)
      return c.amongZeros(gradient, shape, dimension: dimension, from: first, to: end, step: step)
    }
    view("narrow.default") { c, shape, gradient in
      guard let dimension = Shape.dimension(c.integer(1, "dim", default: 0) ?? 0, rank: shape.count),
        let start = c.integer(2, "start", default: 0)
      else { return nil }
      let first = start < 0 ? start + shape[dimension] : start
      let end = first + c.shape(gradient)[dimension]
      return c.amongZeros(gradient, shape, dimension: dimension, from: first, to: end, step: 1)
    }
    view("select.int") { c, shape, gradient in
      guard let dimension = Shape.dimension(c.integer(1, "dim", default: 0) ?? 0, rank: shape.count),
        let position = c.integer(2, "index", default: 0)
      else { return nil }
      let arguments: [CallArgument] = [.operand(0), .integers(shape), .integer(dimension), .integer(position)]
      return c.call("select_backward.default", [gradient], arguments, shape: shape)
    }
    for target in ["chunk.default", "split.Tensor", "split_with_sizes.default", "split.sizes", "unsafe_split.Tensor"] {
      table["aten.\(target)"] = { c, about in
        guard let x = c.tensor(0, "self"), let place = c.place(0, "self"),
          let dimension = Shape.dimension(c.integer(2, "dim", default: 0) ?? 0, rank: c.shape(x).count)
        else { return nil }
        // Where a part gets no gradient it gets zeros.
        let parts = about.upstream.enumerated().map { number, gradient -> ValueID in
          if let gradient { return gradient }
          let shape = c.shape(about.results[number])
          return c.expanded(c.scalar(0), shape)
        }
        return [place: c.joined(parts, dimension)]
      }
    }
    table["aten.broadcast_tensors.default"] = { c, about in
      var result: [Int: ValueID] = [:]
      for (number, gradient) in about.upstream.enumerated() {
        if let gradient, number < about.isWanted.count { result[number] = gradient }
      }
      return result
    }
    table["aten.cumsum.default"] = { c, about in
      // Each element is in every total from its own on: the totals of the gradients, from the end.
      guard let x = c.tensor(0, "self"), let place = c.place(0, "self"), let gradient = about.upstream[0],
        let dimension = Shape.dimension(c.integer(1, "dim", default: 0) ?? 0, rank: c.shape(x).count)
      else { return nil }
      let scan = Scan(.sum, dimension: dimension, isReversed: true)
      return [place: c.builder.add(.scan(scan), [gradient], c.builder.type(gradient), origin: c.origin)]
    }
    return table
  }
}

extension LoweringContext {
  /// Zeros of a shape, with a gradient along a dimension from one index on.
  fileprivate mutating func amongZeros(
    _ gradient: ValueID, _ shape: [Int], dimension: Int, from first: Int, to end: Int, step: Int
  ) -> ValueID {
    let numbers = [dimension, first, end, step].map { CallArgument.integer($0) }
    return call("slice_backward.default", [gradient], [.operand(0), .integers(shape)] + numbers, shape: shape)
  }
}
