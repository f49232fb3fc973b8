extension ReferenceCall {
  /// Parts of a tensor: from an index on, every so many; at one index; where two indexes differ by as much as is said. Nil
  /// where the result's shape would take it out of the tensor.
  func part() -> DenseTensor? {
    guard let x = tensor(0, "self") else { return nil }
    if call.name == "diagonal" { return diagonal(x) }
    guard !x.shape.isEmpty, let dimension = Shape.dimension(integer(1, "dim", 0), rank: x.shape.count) else {
      return nil
    }
    let (extent, isSlice) = (x.shape[dimension], call.name == "slice")
    let given = integer(2, isSlice ? "start" : "index", 0)
    let first = given < 0 ? given + extent : given
    let strides = Shape.strides(x.shape)
    var (rest, stepped) = (type.shape, strides)
    guard rest.count == x.shape.count - (isSlice ? 0 : 1) else { return nil }
    if !isSlice {
      stepped.remove(at: dimension)
      guard (0..<extent).contains(first) else { return nil }
      return x.view(.init(offset: first * strides[dimension], strides: stepped), shape: rest)
    }
    let (start, step, count) = (min(max(first, 0), extent), integer(4, "step", 1), rest.remove(at: dimension))
    guard step > 0, count <= 1 || step < extent, count == 0 || start + (count - 1) * step < extent else { return nil }
    stepped[dimension] *= step
    return x.view(.init(offset: start * strides[dimension], strides: stepped), shape: type.shape)
  }

  private func diagonal(_ x: DenseTensor) -> DenseTensor? {
    let (rank, offset) = (x.shape.count, integer(1, "offset", 0))
    guard let first = Shape.dimension(integer(2, "dim1", 0), rank: rank),
      let second = Shape.dimension(integer(3, "dim2", 1), rank: rank), first != second
    else { return nil }
    let kept = (0..<rank).filter { $0 != first && $0 != second }
    let length = min(x.shape[first] + min(offset, 0), x.shape[second] - max(offset, 0))
    guard type.shape == kept.map({ x.shape[$0] }) + [max(length, 0)] else { return nil }
    var result = DenseTensor(type.shape)
    forEachIndex(type.shape) { index, position in
      var from = [Int](repeating: 0, count: rank)
      for (place, dimension) in kept.enumerated() { from[dimension] = index[place] }
      from[first] = index[kept.count] + max(-offset, 0)
      from[second] = index[kept.count] + max(offset, 0)
      result.values[position] = x.values[zip(from, Shape.strides(x.shape)).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    return result
  }

  private func integer(_ position: Int, _ name: String, _ value: Int) -> Int {
    call.argument(position, name)?.integer ?? value
  }
}
