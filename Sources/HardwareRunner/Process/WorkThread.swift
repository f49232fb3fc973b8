import Foundation

/// A thread of its own that runs closures one after another: where calls block, so that Swift's pool never does.
///
/// `@unchecked Sendable`: `jobs` and `finished` are only touched with `condition` held.
final class WorkThread: @unchecked Sendable {
  private final class Queue: @unchecked Sendable {  // as above
    let condition = NSCondition()
    var jobs: [@Sendable () -> Void] = []
    var finished = false

    func run() {
      while true {
        condition.lock()
        while jobs.isEmpty && !finished { condition.wait() }
        guard !jobs.isEmpty else { return condition.unlock() }
        let job = jobs.removeFirst()
        condition.unlock()
        job()
      }
    }
  }
  private let queue = Queue()

  init(name: String) {
    let thread = Thread { [queue] in queue.run() }
    thread.name = name
    thread.start()
  }

  /// What is queued is still run, so that nobody waits for ever; then the thread ends.
  deinit {
    queue.condition.lock()
    queue.finished = true
    queue.condition.signal()
    queue.condition.unlock()
  }

  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.condition.lock()
      queue.jobs.append { continuation.resume(with: Result { try body() }) }
      queue.condition.signal()
      queue.condition.unlock()
    }
  }
}
