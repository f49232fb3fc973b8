/// Gathering a strided tensor into row-major order.
enum StridedCopy {
  /// - Parameters:
  ///   - source: the bytes from element [0, …, 0] on, at least `layout.extent` of them.
  ///   - layout: already validated; its offset is not used.
  /// - Parameter target: of `layout.count` elements.
  static func gather(
    _ source: UnsafeRawBufferPointer, _ layout: TensorLayout, into target: UnsafeMutableRawBufferPointer
  ) {
    guard layout.count > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
    // The innermost axes that lie row by row are copied as one run.
    var run = layout.dtype.size
    var outer = layout.shape.count
    while outer > 0, layout.shape[outer - 1] == 1 || layout.strides[outer - 1] * layout.dtype.size == run {
      run *= layout.shape[outer - 1]
      outer -= 1
    }
    // Two axes at once, in tiles: a column that is read alone takes a cache line an element.
    let plane = Plane(layout, outer: outer, run: run)
    let rest = max(outer - 2, 0)
    var index = [Int](repeating: 0, count: rest)
    var position = 0
    var written = 0
    while true {
      plane.copy(from + position, to + written)
      written += plane.bytes
      var axis = rest - 1
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

  /// The two innermost of the axes that don't lie row by row, of runs of bytes that do; fewer are of extent 1.
  private struct Plane {
    /// Rows and columns of a tile: what is read of it fits into a first-level cache.
    private static let tile = 32

    private var rows = 1, columns = 1
    private var rowStride = 0, columnStride = 0
    private var run: Int

    init(_ layout: TensorLayout, outer: Int, run: Int) {
      self.run = run
      let size = layout.dtype.size
      if outer > 0 { (columns, columnStride) = (layout.shape[outer - 1], layout.strides[outer - 1] * size) }
      if outer > 1 { (rows, rowStride) = (layout.shape[outer - 2], layout.strides[outer - 2] * size) }
    }

    var bytes: Int { rows * columns * run }

    func copy(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer) {
      switch run {
      case 1: tiles(from, to, of: UInt8.self)
      case 2: tiles(from, to, of: UInt16.self)
      case 4: tiles(from, to, of: UInt32.self)
      case 8: tiles(from, to, of: UInt64.self)
      default:
        for row in 0..<rows {
          for column in 0..<columns {
            (to + (row * columns + column) * run)
              .copyMemory(from: from + row * rowStride + column * columnStride, byteCount: run)
          }
        }
      }
    }

    /// - Parameter of: as wide as a run.
    private func tiles<Element: BitwiseCopyable>(
      _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, of: Element.Type
    ) {
      for firstRow in stride(from: 0, to: rows, by: Self.tile) {
        for firstColumn in stride(from: 0, to: columns, by: Self.tile) {
          let lastColumn = min(firstColumn + Self.tile, columns)
          for row in firstRow..<min(firstRow + Self.tile, rows) {
            let (line, target) = (from + row * rowStride, to + row * columns * run)
            var column = firstColumn
            while column < lastColumn {
              target.storeBytes(
                of: line.loadUnaligned(fromByteOffset: column * columnStride, as: Element.self),
                toByteOffset: column * run, as: Element.self)
              column += 1
            }
          }
        }
      }
    }
  }
}
