/// A thread of its own that runs closures one after another: where calls block, so that Swift's pool never does.
final class WorkThread: Sendable {
  private let queue = WorkQueue()

  init(name: String) {
    queue.startThread(name: name)
  }

  deinit { queue.finish() }

  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.add { continuation.resume(with: Result { try body() }) }
    }
  }
}
