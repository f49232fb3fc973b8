import Foundation

/// Closures that threads take one after another, first come, first served.
///
/// `@unchecked Sendable`: `jobs` and `finished` are only touched with `condition` held.
final class WorkQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [@Sendable () -> Void] = []
  private var finished = false

  func add(_ job: @escaping @Sendable () -> Void) {
    condition.lock()
    jobs.append(job)
    condition.signal()
    condition.unlock()
  }

  /// What is queued is still run, so that nobody waits for ever; then the threads end.
  func finish() {
    condition.lock()
    finished = true
    condition.broadcast()
    condition.unlock()
  }

  /// Starts a thread that takes from the queue until that is finished. Whoever is at the keyboard goes before it.
  func startThread(name: String) {
    let thread = Thread {
      Responsiveness.letOthersGoFirst()
      self.run()
    }
    thread.name = name
    thread.start()
  }

  private func run() {
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
