import Synchronization

/// Processes that get something ready for later (load PyTorch, compile) and stand still while anything is timed.
public final class BackgroundProcesses: Sendable {
  private struct State {
    var trees: [ObjectIdentifier: ProcessTree] = [:]
    /// How many are timing something now.
    var quiet = 0
    var isClosed = false
  }
  private let state = Mutex(State())

  /// Counts a process among them, as soon as it is there.
  func add(_ tree: ProcessTree) {
    let (isQuiet, isClosed) = state.withLock { state in
      state.trees[ObjectIdentifier(tree)] = tree
      return (state.quiet > 0, state.isClosed)
    }
    if isClosed { return tree.kill() }
    guard isQuiet else { return }
    tree.pause()
    // What was timed may be over by now.
    if state.withLock({ $0.quiet == 0 }) { tree.unpause() }
  }

  /// What it got ready is there; it runs only when it is asked to from now on.
  func remove(_ tree: ProcessTree) {
    _ = state.withLock { $0.trees.removeValue(forKey: ObjectIdentifier(tree)) }
    tree.unpause()
  }

  /// Does `body` while all of them stand still.
  func whileQuiet<Value: Sendable>(_ body: () async throws -> sending Value) async rethrows -> sending Value {
    let trees = state.withLock { state in
      state.quiet += 1
      return Array(state.trees.values)
    }
    for tree in trees {
      tree.pause()
      // It may have been taken out since, and nobody would let it run again.
      if state.withLock({ $0.trees[ObjectIdentifier(tree)] == nil }) { tree.unpause() }
    }
    defer {
      let stopped = state.withLock { state in
        state.quiet -= 1
        return state.quiet == 0 ? Array(state.trees.values) : []
      }
      for tree in stopped { tree.unpause() }
    }
    return try await body()
  }

  /// Those that are there now.
  var trees: [ProcessTree] { state.withLock { Array($0.trees.values) } }

  /// Kills all of them, and every one that is added from now on. Idempotent.
  func terminate() {
    let trees = state.withLock { state in
      state.isClosed = true
      defer { state.trees = [:] }
      return Array(state.trees.values)
    }
    for tree in trees { tree.kill() }
  }
}
