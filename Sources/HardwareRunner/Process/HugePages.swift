#if canImport(Glibc)
  import Glibc
#endif

/// Large buffers in huge pages where the system gives them on request: copying into fresh memory takes four times as long
/// with a page fault every 4 kB, and every timed call's outputs are copied.
enum HugePages {
  /// Smaller buffers come from memory that has been used before.
  static let least = 4 << 20
  private static let page = 2 << 20

  /// Asks for them, for the whole huge pages inside of a buffer that nothing was written to yet.
  static func advise(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    #if os(Linux)
      guard buffer.count >= least, let base = buffer.baseAddress else { return }
      let start = UInt(bitPattern: base)
      let first = (start + UInt(page) - 1) / UInt(page) * UInt(page)
      let end = (start + UInt(buffer.count)) / UInt(page) * UInt(page)
      if end > first { madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_HUGEPAGE) }
    #endif
  }
}
