import Foundation
import JSONRPC
import Synchronization

/// Messages as lines of JSON, which is how MCP goes over standard streams (specification 2025-06-18, "Transports").
final class LineConnection: Sendable {
  /// What the client sends, until it closes its end.
  let lines: AsyncStream<[UInt8]>
  private let output: Mutex<FileHandle>

  /// Longer lines are dropped: no file of code is as large.
  static let longestLine = 64 << 20

  init(input: Int32, output: Int32) {
    self.output = Mutex(FileHandle(fileDescriptor: output))
    let (lines, continuation) = AsyncStream<[UInt8]>.makeStream()
    self.lines = lines
    // A thread of its own: reading blocks, and the concurrency pool has a thread a processor.
    Thread.detachNewThread {
      let handle = FileHandle(fileDescriptor: input)
      var pending: [UInt8] = []
      while case let portion = handle.availableData, !portion.isEmpty {
        var parts = portion.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        while parts.count > 1 {
          pending += parts.removeFirst()
          if !pending.isEmpty && pending.count <= Self.longestLine { continuation.yield(pending) }
          pending = []
        }
        if let rest = parts.first, pending.count <= Self.longestLine { pending += rest }
      }
      continuation.finish()
    }
  }

  func send(_ message: JSONValue) {
    output.withLock { try? $0.write(contentsOf: Data("\(message)\n".utf8)) }
  }
}
