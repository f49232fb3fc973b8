import Foundation

/// The bytes of one output, copied out of a frozen process. Its memory goes back to where it came from when nobody holds
/// it any more: the next call's outputs have the same sizes.
///
/// `@unchecked Sendable`: written once, before anybody else sees it.
public final class OutputBytes: @unchecked Sendable {
  private let buffer: UnsafeMutableRawBufferPointer
  private let memory: OutputMemory?

  /// - Parameter memory: where to take it from, and to give it back to; nil takes fresh memory.
  /// - Parameter fill: has to write all bytes.
  init(count: Int, from memory: OutputMemory? = nil, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    buffer = memory?.take(count) ?? OutputMemory.fresh(count)
    self.memory = memory
    try fill(buffer)
  }

  deinit {
    if let memory { memory.give(buffer) } else { buffer.deallocate() }
  }

  public var count: Int { buffer.count }

  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(buffer))
  }
}

extension OutputBytes: Equatable {
  public static func == (one: OutputBytes, other: OutputBytes) -> Bool {
    guard one.count == other.count else { return false }
    guard let first = one.buffer.baseAddress, let second = other.buffer.baseAddress else { return true }
    return first == second || memcmp(first, second, one.count) == 0
  }
}

/// Memory that outputs of earlier calls have left. Fetching it anew from the system for every call takes longer than
/// copying into it, on virtual machines many times as long.
///
/// `@unchecked Sendable`: what it keeps is handed to one at a time, under a lock.
final class OutputMemory: @unchecked Sendable {
  /// What is kept for later, in bytes. Larger outputs belong to ops that take longer than fetching memory does.
  private static let limit = 96 << 20
  private let lock = NSLock()
  /// The oldest first.
  private var kept: [UnsafeMutableRawBufferPointer] = []

  deinit {
    for buffer in kept { buffer.deallocate() }
  }

  static func fresh(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    HugePages.advise(buffer.bindMemory(to: UInt8.self))
    return buffer
  }

  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let found = lock.withLock {
      kept.lastIndex { $0.count == count }.map { kept.remove(at: $0) }
    }
    return found ?? Self.fresh(count)
  }

  func give(_ buffer: UnsafeMutableRawBufferPointer) {
    guard buffer.count >= HugePages.least else { return buffer.deallocate() }
    lock.withLock {
      kept.append(buffer)
      var total = kept.reduce(0) { $0 + $1.count }
      while total > Self.limit {
        let oldest = kept.removeFirst()
        total -= oldest.count
        oldest.deallocate()
      }
    }
  }
}
