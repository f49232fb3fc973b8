import Synchronization

/// When a search may judge a candidate before all are ranked: once, and not before each of the quick agents has had its first
/// idea looked at, since the second one's may be far better than the first one's.
final class EarlyAnswer: Sendable {
  private struct State {
    var awaited: Set<String> = []
    var isGiven = false
  }
  private let state = Mutex(State())

  /// - Parameter agents: names of those whose first idea is waited for.
  func wait(for agents: [String]) {
    state.withLock { $0.awaited.formUnion(agents) }
  }

  /// Notes that an agent has shown an idea, or has none.
  /// - Returns: whether an answer may be given now.
  func isOpen(after agent: String) -> Bool {
    state.withLock { state in
      state.awaited.remove(agent)
      return state.awaited.isEmpty && !state.isGiven
    }
  }

  /// Whether the caller is the one who gives it.
  func take() -> Bool {
    state.withLock { state in
      defer { state.isGiven = true }
      return !state.isGiven
    }
  }
}
