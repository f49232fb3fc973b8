/// Gathering a strided tensor into row-major order.
enum StridedCopy {
  /// - Parameters:
  ///   - source: the bytes from element [0, …, 0] on, at least `layout.extent` of them.
  ///   - layout: already validated; its offset is not used.
  static func gather(_ source: UnsafeRawBufferPointer, _ layout: TensorLayout) -> [UInt8] {
    let total = layout.count * layout.dtype.size
    return [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
      filled = total
      guard total > 0, let from = source.baseAddress, let to = UnsafeMutableRawBufferPointer(buffer).baseAddress
      else { return }
      // The innermost axes that lie row by row are copied as one run.
      var run = layout.dtype.size
      var outer = layout.shape.count
      while outer > 0, layout.shape[outer - 1] == 1 || layout.strides[outer - 1] * layout.dtype.size == run {
        run *= layout.shape[outer - 1]
        outer -= 1
      }
      var index = [Int](repeating: 0, count: outer)
      var position = 0
      var written = 0
      while true {
        (to + written).copyMemory(from: from + position, byteCount: run)
        written += run
        var axis = outer - 1
        while axis >= 0 {
          index[axis] += 1
          position += layout.strides[axis] * layout.dtype.size
          if index[axis] < layout.shape[axis] { break }
          position -= index[axis] * layout.strides[axis] * layout.dtype.size
          index[axis] = 0
          axis -= 1
        }
        if axis < 0 { return }
      }
    }
  }
}
