import CRunner
import Foundation
import Synchronization

/// Shared memory between the trusted side and one worker: made, sized, mapped, poisoned and checked by us.
///
/// The first page is the control page (`go` and `ready` words); tensors lie behind it. The memory is sparse: pages that
/// nobody has touched cost nothing, so an arena may be made much larger than what goes into it.
///
/// `@unchecked Sendable`: the base address and size never change after `init`, and the memory is shared with another
/// process anyway, so nothing in it is ever taken for granted; ordering between our own threads is the caller's.
public final class SharedArena: @unchecked Sendable {
  /// Bytes at the start that hold no tensors.
  public static let controlSize = 4096

  /// Bytes in all, a multiple of the page size.
  public let size: Int
  let descriptor: Int32
  let base: UnsafeMutableRawPointer

  /// - Parameter size: bytes for tensors; the control page is added, and the sum rounded up to whole pages.
  /// - Throws: ``WorkerFailure/launchFailed(_:)`` when the system refuses.
  public init(size requested: Int) throws {
    let page = 4096
    size = (max(requested, 0) + Self.controlSize + page - 1) / page * page
    descriptor = crunner_shared_memory(size)
    guard descriptor >= 0 else {
      throw WorkerFailure.launchFailed("no shared memory of \(size) bytes: \(String(cString: strerror(errno)))")
    }
    guard
      let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
    else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw WorkerFailure.launchFailed("shared memory of \(size) bytes can't be mapped: \(reason)")
    }
    base = address
  }

  deinit {
    munmap(base, size)
    close(descriptor)
  }

  /// Bytes that tensors may use: everything behind the control page.
  public var tensorRange: Range<Int> { Self.controlSize..<size }

  /// Hands `range` (bytes from the arena's start) to `body`. The worker may be writing it at the same time unless it is
  /// frozen.
  public func withUnsafeBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try check(range)
    return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A private copy of `range`.
  public func copyBytes(_ range: Range<Int>) throws -> [UInt8] {
    try withUnsafeBytes(range) { source in
      [UInt8](unsafeUninitializedCapacity: source.count) { buffer, count in
        HugePages.advise(buffer)
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
        count = source.count
      }
    }
  }

  /// Writes `bytes` at `offset`.
  public func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { try write($0, at: offset) }
  }

  func write(_ source: UnsafeRawBufferPointer, at offset: Int) throws {
    try check(offset..<offset + source.count)
    UnsafeMutableRawBufferPointer(start: base + offset, count: source.count).copyMemory(from: source)
  }

  /// Fills `range` with `byte`. 0xFF makes NaNs of every floating-point type and −1 of every signed integer.
  public func poison(_ range: Range<Int>, with byte: UInt8 = 0xFF) throws {
    try check(range)
    memset(base + range.lowerBound, Int32(byte), range.count)
  }

  /// Gives the whole pages within `range` back to the system.
  public func release(_ range: Range<Int>) throws {
    try check(range)
    let first = (range.lowerBound + 4095) / 4096 * 4096
    let end = range.upperBound / 4096 * 4096
    if first < end { _ = crunner_release(descriptor, Int64(first), Int64(end - first)) }
  }

  private func check(_ range: Range<Int>) throws {
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw WorkerFailure.protocolViolation("bytes \(range) lie outside an arena of \(size)")
    }
  }

  // MARK: The control page

  /// Word that the worker waits on.
  var go: UnsafeMutablePointer<UInt64> { base.assumingMemoryBound(to: UInt64.self) }
  /// Word that the worker sets when it has begun to wait; on a cache line of its own.
  var ready: UnsafeMutablePointer<UInt64> { (base + 128).assumingMemoryBound(to: UInt64.self) }
}
