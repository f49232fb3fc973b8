import Foundation
import Synchronization

/// Reads what a worker prints, for ever, so that it never blocks on a full pipe; keeps the end, counts the rest.
final class OutputDrain: Sendable {
  /// What is kept of it.
  static let kept = 64 << 10
  private struct State {
    var tail: [UInt8] = []
    var total = 0
    var flooded = false
  }
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)
  let limit: Int

  /// - Parameter onFlood: called once, on the reading thread, when more than `limit` bytes have come.
  init(_ source: Descriptor, limit: Int, onFlood: @escaping @Sendable () -> Void) {
    self.limit = limit
    let thread = Thread { [self] in
      while let bytes = try? source.read(upTo: 64 << 10, deadline: nil), !bytes.isEmpty {
        if take(bytes) { onFlood() }
      }
      ended.signal()
    }
    thread.name = "worker output"
    thread.stackSize = 256 << 10
    thread.start()
  }

  private func take(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      state.total += bytes.count
      state.tail += bytes
      if state.tail.count > Self.kept { state.tail.removeFirst(state.tail.count - Self.kept) }
      defer { if state.total > limit { state.flooded = true } }
      return state.total > limit && !state.flooded
    }
  }

  var flooded: Bool { state.withLock { $0.flooded } }
  var text: String { String(decoding: state.withLock { $0.tail }, as: UTF8.self) }

  /// Blocks until everything has been read (the process has ended), or for `seconds`.
  func blockingWait(seconds: Double) {
    if ended.wait(timeout: .now() + seconds) == .success { ended.signal() }
  }
}
