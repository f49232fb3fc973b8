import Testing

@testable import HardwareRunner

@Suite("Gathering strided tensors")
struct StridedCopyTests {
  /// Every element by itself, in row-major order.
  private static func oneByOne(_ source: [UInt8], _ layout: TensorLayout) -> [UInt8] {
    let size = layout.dtype.size
    var gathered: [UInt8] = []
    for number in 0..<layout.count {
      var (rest, position) = (number, 0)
      for axis in layout.shape.indices.reversed() {
        position += rest % layout.shape[axis] * layout.strides[axis]
        rest /= layout.shape[axis]
      }
      gathered += source[position * size..<(position + 1) * size]
    }
    return gathered
  }

  @Test("the same as element by element, whatever the strides", arguments: [DType.uint8, .float16, .float32, .float64])
  func anyStrides(_ dtype: DType) {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let rank = Int.random(in: 0...4, using: &generator)
      let shape = (0..<rank).map { _ in Int.random(in: 1...(rank < 3 ? 70 : 12), using: &generator) }
      // A permutation of axes, with gaps here and there, and an axis of one row given several times.
      var strides = [Int](repeating: 0, count: rank)
      var next = Bool.random(using: &generator) ? 1 : 2
      for axis in shape.indices.shuffled(using: &generator) {
        strides[axis] = next
        next *= shape[axis] + (Int.random(in: 0..<4, using: &generator) == 0 ? 1 : 0)
      }
      if rank > 0, Int.random(in: 0..<4, using: &generator) == 0 { strides[Int.random(in: 0..<rank)] = 0 }
      let layout = TensorLayout(dtype: dtype, shape: shape, strides: strides, offset: 0)
      let source = (0..<layout.extent).map { _ in UInt8.random(in: 0...255, using: &generator) }
      var gathered = [UInt8](repeating: 0, count: layout.count * dtype.size)
      source.withUnsafeBytes { from in
        gathered.withUnsafeMutableBytes { StridedCopy.gather(from, layout, into: $0) }
      }
      #expect(gathered == Self.oneByOne(source, layout), "\(layout)")
    }
  }
}
