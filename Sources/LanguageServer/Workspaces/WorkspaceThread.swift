import Engine
import Foundation
import Synchronization

/// The thread on which everything happens that a workspace may have to wait for: opening its engine, reading records,
/// starting and stopping jobs, writing previews. In order, one thing after the other.
///
/// The thread starts with the first piece of work, so that a workspace in which nothing is asked for costs nothing.
final class WorkspaceThread: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isStarted = false
    var isClosed = false
  }

  private let name: String
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(name: String) {
    self.name = name
  }

  /// Adds a piece of work; dropped after `close`.
  func perform(_ work: @escaping @Sendable () -> Void) {
    let mustStart = state.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      state.work.append(work)
      defer { state.isStarted = true }
      return !state.isStarted
    }
    if mustStart { start() }
    arrived.signal()
  }

  private func start() {
    let thread = Thread { [self] in
      while let work = next() { work() }
      ended.signal()
    }
    thread.name = name
    thread.start()
  }

  private func next() -> (@Sendable () -> Void)? {
    while true {
      arrived.wait()
      let (work, isClosed) = state.withLock { state in
        (state.work.isEmpty ? nil : state.work.removeFirst(), state.isClosed)
      }
      if let work { return work }
      if isClosed { return nil }
    }
  }

  /// Does what was asked for so far, then ends. Returns at once.
  func close() {
    let wasStarted = state.withLock { state -> Bool in
      state.isClosed = true
      return state.isStarted
    }
    if wasStarted { arrived.signal() } else { ended.signal() }
  }

  /// Waits for the end after `close`; false when it did not come in time.
  func waitForEnd(until deadline: DispatchTime) -> Bool {
    ended.wait(timeout: deadline) == .success
  }
}
