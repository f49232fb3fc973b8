import Synchronization

/// Lets one job at a time use a device, in the order that they asked: two searches at once would time each other.
actor DeviceQueue {
  private var busy = false
  private var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
  private var nextID = 0

  /// Runs `body` when it is its turn.
  /// - Throws: `CancellationError` when the task is cancelled while it waits; what `body` throws.
  func withTurn<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    try await acquire()
    defer { release() }
    try Task.checkCancellation()
    return try await body()
  }

  private func acquire() async throws {
    guard busy else {
      busy = true
      return
    }
    nextID += 1
    let id = nextID
    let granted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { continuation.resume(returning: false) } else { waiting.append((id, continuation)) }
      }
    } onCancel: {
      Task { await self.withdraw(id) }
    }
    if !granted { throw CancellationError() }
  }

  private func release() {
    guard !waiting.isEmpty else {
      busy = false
      return
    }
    waiting.removeFirst().continuation.resume(returning: true)
  }

  private func withdraw(_ id: Int) {
    guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
    waiting.remove(at: index).continuation.resume(returning: false)
  }
}
