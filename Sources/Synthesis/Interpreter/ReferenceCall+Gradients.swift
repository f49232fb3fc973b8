extension ReferenceCall {
  /// PyTorch's own operators that put gradients where elements were taken from, and zeros elsewhere.
  func gradient() -> [DenseTensor]? {
    guard let values = tensor(0, "grad_output") else { return nil }
    var result = DenseTensor(type.shape)
    let strides = Shape.strides(type.shape)
    /// Puts every gradient at the index that the closure makes of its own.
    func put(_ values: DenseTensor, _ place: ([Int], Int) -> [Int]) {
      forEachIndex(values.shape) { index, position in
        result.values[zip(place(index, position), strides).reduce(0) { $0 + $1.0 * $1.1 }] += values.values[position]
      }
    }
    switch call.name {
    case "slice_backward":
      let (dimension, start, step) = (Int(number(2, "dim", 0)), Int(number(3, "start", 0)), Int(number(5, "step", 1)))
      put(values) { index, _ in
        var place = index
        place[dimension] = start + index[dimension] * step
        return place
      }
    case "select_backward":
      let (dimension, given) = (Int(number(2, "dim", 0)), Int(number(3, "index", 0)))
      put(values) { index, _ in
        var place = index
        place.insert(given < 0 ? given + type.shape[dimension] : given, at: dimension)
        return place
      }
    case "value_selecting_reduction_backward":
      guard let positions = tensor(2, "indices") else { return nil }
      let dimension = Int(number(1, "dim", 0))
      let keeps = call.argument(4, "keepdim")?.truth ?? false
      put(values) { index, position in
        var place = index
        let chosen = Int(positions.values[position])
        if keeps { place[dimension] = chosen } else { place.insert(chosen, at: dimension) }
        return place
      }
    default: return nil
    }
    return [result]
  }
}
