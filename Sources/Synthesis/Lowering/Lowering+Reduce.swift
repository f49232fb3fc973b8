extension LoweringContext {
  /// Columns narrower than this are left to PyTorch: a vector would be mostly empty.
  static var minimumInner: Int { 8 }

  /// Reduces over the given dimensions; the result doesn't have them, nor dimensions with one element.
  ///
  /// Dimensions that aren't neighbours take a reduction for each run of neighbours, from the last to the first.
  mutating func reduce(_ reduction: Reduction, _ id: ValueID, _ dimensions: Set<Int>) -> ValueID? {
    let shape = builder.shape(id)
    let real = shape.indices.filter { shape[$0] != 1 }
    let isReduced = real.map { dimensions.contains($0) }
    let compact = real.map { shape[$0] }
    let dtype: ElementType = reduction.isIndex ? .int64 : builder.type(id).dtype
    guard let last = isReduced.lastIndex(of: true) else {
      // The only element of each is the first.
      return reduction.isIndex ? nil : reshape(id, compact)
    }
    let first = (isReduced[..<last].lastIndex(of: false) ?? -1) + 1
    let how = ReducedDimensions(
      reduction: reduction, dimensions: last - first + 1, inner: compact.count - 1 - last)
    // Sums of squares are kept in double precision, which a value between two reductions is not; positions are
    // positions in one run.
    if isReduced[..<first].contains(true), reduction == .sumOfSquares || reduction.isIndex { return nil }
    guard how.inner == 0 || how.distance(in: compact) >= Self.minimumInner else { return nil }
    let operation: TensorGraph.Operation =
      how.inner == 0
      ? .reduce(reduction, trailing: how.dimensions)
      : .reduceColumns(reduction, dimensions: how.dimensions, inner: how.inner)
    let operand = reshape(id, compact)
    let result = builder.add(operation, [operand], TensorType(dtype, how.result(of: compact)), origin: origin)
    if !isReduced[..<first].contains(true) { return result }
    let rest = Set(isReduced.indices.filter { $0 < first && isReduced[$0] })
    return reduce(reduction, result, rest)
  }
}
