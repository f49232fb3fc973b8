/// What a reduction goes over: `dimensions` neighbouring dimensions, in front of the last `inner` ones.
struct ReducedDimensions: Hashable, Sendable {
  var reduction: Reduction
  var dimensions: Int
  var inner: Int

  /// Number of elements that become one.
  func length(of shape: [Int]) -> Int { shape.dropLast(inner).suffix(dimensions).reduce(1, *) }

  /// Number of elements from one reduced element to the next in row-major order.
  func distance(in shape: [Int]) -> Int { shape.suffix(inner).reduce(1, *) }

  func result(of shape: [Int]) -> [Int] { Array(shape.dropLast(inner + dimensions) + shape.suffix(inner)) }
}

extension TensorGraph.Operation {
  /// Set for reductions, over rows and over columns alike.
  var reduced: ReducedDimensions? {
    switch self {
    case .reduce(let reduction, let trailing): .init(reduction: reduction, dimensions: trailing, inner: 0)
    case .reduceColumns(let reduction, let dimensions, let inner):
      .init(reduction: reduction, dimensions: dimensions, inner: inner)
    default: nil
    }
  }

  var isReduction: Bool { reduced != nil }
}
