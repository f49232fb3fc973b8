import Foundation

/// Memory that is written through to push everything else out of the caches.
///
/// `@unchecked Sendable`: the buffer is only touched by `run`, and the timing protocol runs one call at a time; two at
/// once would write the same bytes anyway.
package final class CacheFlush: @unchecked Sendable {
  /// Virtual machines report the host's last-level cache, of which they have a part.
  static let most = 256 << 20
  static let least = 32 << 20

  package let size: Int
  private let memory: UnsafeMutableRawPointer

  /// - Parameter lastLevelCache: bytes; nil where unknown.
  package init(lastLevelCache: Int?) {
    size = min(max(2 * (lastLevelCache ?? Self.least), Self.least), Self.most)
    memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    memset(memory, 1, size)
  }

  deinit { memory.deallocate() }

  /// Reads and writes every cache line: plain stores of whole lines may go past the cache.
  package func run() {
    let words = memory.assumingMemoryBound(to: UInt64.self)
    var index = 0
    while index < size / 8 {
      words[index] &+= 1
      index += 8
    }
  }
}
