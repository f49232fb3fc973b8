import Engine
import Foundation
import Synchronization

/// The thread on which everything happens that a workspace may have to wait for: opening its engine, reading records,
/// starting and stopping jobs, writing previews. In order, one thing after the other.
///
/// The thread starts when there is work and ends when there was none for a while: a workspace in which nothing is asked
/// for costs nothing.
final class WorkspaceThread: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isRunning = false
    var isClosed = false
  }

  /// Seconds that a thread waits for more work.
  private let patience: Double
  private let name: String
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(name: String, patience: Double = 10) {
    self.name = name
    self.patience = patience
  }

  /// Whether there is a thread now.
  var isRunning: Bool { state.withLock { $0.isRunning } }

  /// Adds a piece of work; dropped after `close`.
  func perform(_ work: @escaping @Sendable () -> Void) {
    let mustStart = state.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      state.work.append(work)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if mustStart { start() }
    arrived.signal()
  }

  private func start() {
    let thread = Thread { [self] in
      while let work = next() { work() }
    }
    thread.name = name
    thread.start()
  }

  /// The next piece of work; nil when the thread has to end, which it has then told.
  private func next() -> (@Sendable () -> Void)? {
    while true {
      let waited = arrived.wait(timeout: .now() + patience)
      let (work, isOver, isClosed) = state.withLock { state -> ((@Sendable () -> Void)?, Bool, Bool) in
        if !state.work.isEmpty { return (state.work.removeFirst(), false, state.isClosed) }
        let isOver = state.isClosed || waited == .timedOut
        if isOver { state.isRunning = false }
        return (nil, isOver, state.isClosed)
      }
      if let work { return work }
      guard isOver else { continue }
      if isClosed { ended.signal() }
      return nil
    }
  }

  /// Does what was asked for so far, then ends. Returns at once.
  func close() {
    let isRunning = state.withLock { state -> Bool in
      state.isClosed = true
      return state.isRunning
    }
    if isRunning { arrived.signal() } else { ended.signal() }
  }

  /// Waits for the end after `close`; false when it did not come in time.
  func waitForEnd(until deadline: DispatchTime) -> Bool {
    ended.wait(timeout: deadline) == .success
  }
}
