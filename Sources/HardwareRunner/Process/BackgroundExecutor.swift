import Foundation

/// Where tasks run that compute for seconds: on threads of lower priority than those that answer an editor, which Swift's
/// own pool doesn't have on Linux.
public final class BackgroundExecutor: TaskExecutor {
  public static let shared = BackgroundExecutor(threads: ProcessInfo.processInfo.activeProcessorCount)

  private let queue = WorkQueue()

  init(threads: Int) {
    for _ in 0..<threads { queue.startThread(name: "background") }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.add { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
