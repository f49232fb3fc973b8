import Foundation
import Synchronization

/// Memory that is read through to push everything else out of the caches.
///
/// Reading leaves nothing behind that would have to be written back: that would take an op's time, in the order of what
/// it moves itself, and is no work of the op's.
///
/// `@unchecked Sendable`: after `init` the buffer is only read.
package final class CacheFlush: @unchecked Sendable {
  /// Virtual machines report the host's last-level cache, of which they have a part.
  static let most = 256 << 20
  static let least = 32 << 20

  package let size: Int
  private let memory: UnsafeMutableRawPointer
  /// Of what was read, so that the compiler can't leave the reading out.
  package var sum: UInt64 { total.load(ordering: .relaxed) }
  private let total = Atomic<UInt64>(0)

  /// - Parameter lastLevelCache: bytes; nil where unknown.
  package init(lastLevelCache: Int?) {
    size = min(max(2 * (lastLevelCache ?? Self.least), Self.least), Self.most)
    memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    // Pages that were never written to are all the same one.
    memset(memory, 1, size)
  }

  deinit { memory.deallocate() }

  /// Reads every cache line.
  package func run() {
    let words = memory.assumingMemoryBound(to: UInt64.self)
    var sum: UInt64 = 0
    var index = 0
    while index < size / 8 {
      sum &+= words[index]
      index += 8
    }
    total.store(sum, ordering: .relaxed)
  }
}
