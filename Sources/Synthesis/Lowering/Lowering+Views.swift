extension TensorGraph {
  /// Operators that only show their operand's elements differently.
  static var viewLowerings: [String: Lowering] {
    var table: [String: Lowering] = [:]

    for target in [
      "view.default", "reshape.default", "_unsafe_view.default", "flatten.using_ints", "unflatten.int",
      "squeeze.default", "squeeze.dim", "squeeze.dims", "unsqueeze.default", "view_as.default", "reshape_as.default",
    ] {
      // All of them keep the row-major order: the captured result says the shape.
      table["aten.\(target)"] = { context in
        guard let x = context.tensor(0, "self") else { return nil }
        return [context.reshape(x, context.type.shape)]
      }
    }
    table["aten.permute.default"] = { context in
      guard let x = context.tensor(0, "self"), let dimensions = context.argument(1, "dims")?.integers else {
        return nil
      }
      let order = dimensions.compactMap { Shape.dimension($0, rank: dimensions.count) }
      guard order.count == dimensions.count else { return nil }
      return [context.permuted(x, order)]
    }
    for target in ["transpose.int", "t.default", "swapaxes.default", "numpy_T.default", "mT.default"] {
      table["aten.\(target)"] = { context in
        guard let x = context.tensor(0, "self") else { return nil }
        let rank = context.shape(x).count
        if rank < 2 { return [x] }
        let isPair = target == "transpose.int" || target == "swapaxes.default"
        guard rank == 2 || isPair || target == "mT.default",
          let a = Shape.dimension(isPair ? context.integer(1, "dim0", default: 0) ?? 0 : -2, rank: rank),
          let b = Shape.dimension(isPair ? context.integer(2, "dim1", default: 1) ?? 1 : -1, rank: rank)
        else { return nil }
        var order = Array(0..<rank)
        order.swapAt(a, b)
        return [context.permuted(x, order)]
      }
    }
    for target in ["expand.default", "expand_as.default", "broadcast_to.default"] {
      table["aten.\(target)"] = { context in
        guard let x = context.tensor(0, "self") else { return nil }
        return [context.expanded(x, context.type.shape)]
      }
    }
    table["aten.broadcast_tensors.default"] = { c in
      // Element-wise operators broadcast by themselves; the shapes have to come out right all the same.
      let shape = Shape.broadcast(c.operands.map { c.shape($0) }) ?? []
      return c.operands.map { c.expanded($0, shape) }
    }
    table["aten.slice.Tensor"] = { context in
      guard let x = context.tensor(0, "self"), let index = context.integer(1, "dim", default: 0),
        let dimension = Shape.dimension(index, rank: context.shape(x).count),
        let start = context.integer(2, "start", default: 0), let step = context.integer(4, "step", default: 1)
      else { return nil }
      let extent = context.shape(x)[dimension]
      let first = min(max(start < 0 ? start + extent : start, 0), extent)
      return [context.slice(x, dimension, start: first, count: context.type.shape[dimension], step: step)]
    }
    table["aten.narrow.default"] = { context in
      guard let x = context.tensor(0, "self"), let index = context.integer(1, "dim", default: 0),
        let dimension = Shape.dimension(index, rank: context.shape(x).count),
        let start = context.integer(2, "start", default: 0)
      else { return nil }
      let first = start < 0 ? start + context.shape(x)[dimension] : start
      return [context.slice(x, dimension, start: first, count: context.type.shape[dimension], step: 1)]
    }
    table["aten.select.int"] = { context in
      guard let x = context.tensor(0, "self"), let index = context.integer(1, "dim", default: 0),
        let dimension = Shape.dimension(index, rank: context.shape(x).count),
        let position = context.integer(2, "index", default: 0)
      else { return nil }
      return [context.selected(x, dimension, position)]
    }
    table["aten.diagonal.default"] = { context in
      guard let x = context.tensor(0, "self"), let offset = context.integer(1, "offset", default: 0),
        let named = context.integer(2, "dim1", default: 0), let other = context.integer(3, "dim2", default: 1),
        let first = Shape.dimension(named, rank: context.shape(x).count),
        let second = Shape.dimension(other, rank: context.shape(x).count), context.type.count > 0
      else { return nil }
      return [
        context.view(x, shape: context.type.shape) { layout in
          let kept = layout.strides.indices.filter { $0 != first && $0 != second }.map { layout.strides[$0] }
          return StridedLayout(
            offset: layout.offset + (offset < 0 ? -offset * layout.strides[first] : offset * layout.strides[second]),
            strides: kept + [layout.strides[first] + layout.strides[second]])
        }
      ]
    }
    table["aten.unbind.int"] = { context in
      guard let x = context.tensor(0, "self"), let index = context.integer(1, "dim", default: 0),
        let dimension = Shape.dimension(index, rank: context.shape(x).count)
      else { return nil }
      return (0..<context.shape(x)[dimension]).map { context.selected(x, dimension, $0) }
    }
    for target in ["chunk.default", "split.Tensor", "split_with_sizes.default", "split.sizes", "unsafe_split.Tensor"] {
      table["aten.\(target)"] = { context in
        guard let x = context.tensor(0, "self"), let index = context.integer(2, "dim", default: 0),
          let dimension = Shape.dimension(index, rank: context.shape(x).count)
        else { return nil }
        let extent = context.shape(x)[dimension]
        var sizes: [Int] = []
        if target.hasPrefix("split_with") || target == "split.sizes" {
          sizes = context.argument(1, "split_sizes")?.integers ?? []
        } else if let argument = context.integer(1, target == "chunk.default" ? "chunks" : "split_size", default: 0),
          argument > 0
        {
          let size = target == "chunk.default" ? (extent + argument - 1) / argument : argument
          sizes = stride(from: 0, to: extent, by: size).map { min(size, extent - $0) }
        }
        guard sizes.reduce(0, +) == extent, !sizes.isEmpty else { return nil }
        var start = 0
        return sizes.map { size in
          defer { start += size }
          return context.slice(x, dimension, start: start, count: size, step: 1)
        }
      }
    }
    return table
  }
}

extension LoweringContext {
  /// Broadcast to a shape, as a view with strides of zero.
  mutating func expanded(_ x: ValueID, _ target: [Int]) -> ValueID {
    let shape = shape(x)
    if shape == target { return x }
    let added = target.count - shape.count
    return view(x, shape: target) { layout in
      StridedLayout(
        offset: layout.offset,
        strides: target.indices.map { dimension in
          dimension < added || (shape[dimension - added] == 1 && target[dimension] != 1)
            ? 0 : layout.strides[dimension - added]
        })
    }
  }

  mutating func permuted(_ x: ValueID, _ order: [Int]) -> ValueID {
    let shape = shape(x)
    return view(x, shape: order.map { shape[$0] }) { layout in
      StridedLayout(offset: layout.offset, strides: order.map { layout.strides[$0] })
    }
  }

  mutating func slice(_ x: ValueID, _ dimension: Int, start: Int, count: Int, step: Int) -> ValueID {
    var shape = shape(x)
    if count == shape[dimension] && start == 0 && step == 1 { return x }
    shape[dimension] = count
    return view(x, shape: shape) { layout in
      var changed = layout
      changed.offset += start * layout.strides[dimension]
      changed.strides[dimension] *= step
      return changed
    }
  }

  mutating func selected(_ x: ValueID, _ dimension: Int, _ position: Int) -> ValueID {
    var shape = shape(x)
    let index = position < 0 ? position + shape[dimension] : position
    shape.remove(at: dimension)
    return view(x, shape: shape) { layout in
      var changed = layout
      changed.offset += index * layout.strides[dimension]
      changed.strides.remove(at: dimension)
      return changed
    }
  }
}
