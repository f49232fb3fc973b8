import Foundation
import Synchronization

/// The worker processes of one job, so that stopping the job can stop all of them at once.
public final class ProcessRegistry: Sendable {
  private struct State {
    var closed = false
    var members: [ObjectIdentifier: @Sendable () -> Void] = [:]
  }
  private let state = Mutex(State())

  public init() {}

  /// Kills every registered process tree, and every one that registers from now on. Returns when the kill signals have
  /// been sent; the system has taken the processes apart within 200 ms. May be called from any thread, more than once.
  public func killAll() {
    let members = state.withLock { state in
      state.closed = true
      defer { state.members = [:] }
      return Array(state.members.values)
    }
    for kill in members { kill() }
  }

  /// Whether ``killAll()`` was called: nothing is to be started any more.
  public var isClosed: Bool { state.withLock { $0.closed } }

  /// Number of processes that have not ended yet.
  public var count: Int { state.withLock { $0.members.count } }

  func register(_ process: AnyObject, kill: @escaping @Sendable () -> Void) {
    let id = ObjectIdentifier(process)
    let closed = state.withLock { state in
      if !state.closed { state.members[id] = kill }
      return state.closed
    }
    if closed { kill() }
  }

  func remove(_ id: ObjectIdentifier) { state.withLock { _ = $0.members.removeValue(forKey: id) } }
}
