/// A small row-major tensor of doubles; truth values are 0 and 1.
public struct DenseTensor: Sendable, Hashable {
  public var shape: [Int]
  public var values: [Double]

  public init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  public init(_ shape: [Int], filledWith value: Double = 0) {
    self.init(shape, [Double](repeating: value, count: shape.reduce(1, *)))
  }

  /// The elements that a layout over this tensor's storage shows.
  func view(_ layout: StridedLayout, shape: [Int]) -> DenseTensor {
    var result = DenseTensor(shape)
    forEachIndex(shape) { index, position in
      result.values[position] = values[layout.offset + zip(index, layout.strides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    return result
  }

  func broadcast(to target: [Int]) -> DenseTensor {
    if shape == target { return self }
    return view(StridedLayout(strides: Shape.strides(shape)).broadcast(from: shape, to: target), shape: target)
  }

  func reshaped(_ shape: [Int]) -> DenseTensor { DenseTensor(shape, values) }

  func permuted(_ order: [Int]) -> DenseTensor {
    let strides = Shape.strides(shape)
    return view(.init(strides: order.map { strides[$0] }), shape: order.map { shape[$0] })
  }

  func map(_ body: (Double) -> Double) -> DenseTensor { DenseTensor(shape, values.map(body)) }

  /// Element by element, broadcasting.
  func zipped(_ other: DenseTensor, _ body: (Double, Double) -> Double) -> DenseTensor {
    let target = Shape.broadcast([shape, other.shape]) ?? shape
    return DenseTensor(target, zip(broadcast(to: target).values, other.broadcast(to: target).values).map(body))
  }

  /// Folds whole slices over the dimensions into one number each; the dimensions stay as ones.
  func reduced(_ dimensions: Set<Int>, _ body: ([Double]) -> Double) -> DenseTensor {
    let kept = shape.indices.filter { !dimensions.contains($0) }
    let order = kept + dimensions.sorted()
    let moved = permuted(order)
    let size = max(1, dimensions.map { shape[$0] }.reduce(1, *))
    let results = stride(from: 0, to: moved.values.count, by: size).map { body(Array(moved.values[$0..<$0 + size])) }
    return DenseTensor(shape.indices.map { dimensions.contains($0) ? 1 : shape[$0] }, results)
  }
}

/// Calls the body with every index of a box in row-major order, and its number.
func forEachIndex(_ shape: [Int], _ body: ([Int], Int) -> Void) {
  let count = shape.reduce(1, *)
  var index = [Int](repeating: 0, count: shape.count)
  for position in 0..<count {
    body(index, position)
    var dimension = shape.count - 1
    while dimension >= 0 {
      index[dimension] += 1
      if index[dimension] < shape[dimension] { break }
      index[dimension] = 0
      dimension -= 1
    }
  }
}

extension StridedLayout {
  /// Whether all that it shows is there.
  func lies(within count: Int, shape: [Int]) -> Bool {
    guard shape.count == strides.count, !shape.contains(0) else { return shape.contains(0) }
    let reach = zip(shape, strides).map { ($0 - 1) * $1 }
    let (low, high) = (reach.filter { $0 < 0 }.reduce(offset, +), reach.filter { $0 > 0 }.reduce(offset, +))
    return low >= 0 && high < count
  }
}
