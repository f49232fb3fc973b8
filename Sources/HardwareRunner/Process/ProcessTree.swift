import CRunner
import Foundation
import Synchronization

/// A child process with everything that descends from it, to be stopped, let run and killed as one.
///
/// In a process namespace (bubblewrap) the root is the namespace's first process: nothing inside can get out of its
/// descendants, and its death is the death of all. Without one the root is the child itself, which adopts its orphaned
/// descendants (Linux: subreaper).
final class ProcessTree: Sendable {
  let child: ChildProcess
  /// The process whose descendants make up the tree, itself included.
  let root: pid_t
  private let hasNamespace: Bool
  /// What stopping needs. Only the worker's thread takes this lock for long.
  private let frozen: Mutex<Frozen>
  /// A lock of its own: killing never waits for a freeze under way.
  private let killed = Mutex(false)

  /// More processes than this in one sandbox are no tensor op.
  private static let capacity = 4096

  private struct Frozen: ~Copyable {
    let freezer: OpaquePointer?
    /// The processes that were stopped last; empty while the tree runs.
    var members: [pid_t] = []
    /// Whether ``ProcessTree/pause()`` was called last.
    var isPaused = false
    /// Whether it is to run as soon as the pause is over.
    var isWaiting = false

    init() { freezer = crunner_freezer_create() }
    deinit { if let freezer { crunner_freezer_destroy(freezer) } }

    mutating func freeze(_ root: pid_t, patience: UInt64) throws {
      guard let freezer else { throw WorkerFailure.launchFailed("no memory") }
      members = try [pid_t](unsafeUninitializedCapacity: ProcessTree.capacity) { buffer, count in
        guard let base = buffer.baseAddress else { return }
        let found = crunner_freeze(freezer, root, base, Int32(ProcessTree.capacity), patience)
        guard found >= 0 else {
          if errno == E2BIG { throw WorkerFailure.protocolViolation("more than \(ProcessTree.capacity) processes") }
          throw errno == ETIMEDOUT ? WorkerFailure.timedOut(seconds: Double(patience) * 1e-9) : WorkerFailure.terminated
        }
        count = Int(found)
      }
    }
  }

  init(child: ChildProcess, root: pid_t, hasNamespace: Bool) {
    frozen = Mutex(Frozen())
    self.child = child
    self.root = root
    self.hasNamespace = hasNamespace
  }

  /// Whether our side has killed it.
  var wasKilled: Bool { killed.withLock { $0 } }

  /// Stops every process of the tree and returns when every thread of them has stopped. Blocks the calling thread.
  /// - Throws: ``WorkerFailure/timedOut(seconds:)`` when that takes longer than 5 s.
  func freeze() throws {
    try frozen.withLock { frozen in
      guard !wasKilled, child.end == nil else { throw WorkerFailure.terminated }
      frozen.isWaiting = false
      try frozen.freeze(root, patience: 5_000_000_000)
    }
  }

  /// Stops it until ``unpause()``, whatever it is in the middle of, from any thread; whoever lets it run meanwhile waits. One
  /// that can't be stopped runs on.
  func pause() {
    frozen.withLock { frozen in
      frozen.isPaused = true
      guard frozen.members.isEmpty, !wasKilled, child.end == nil else { return }
      frozen.isWaiting = (try? frozen.freeze(root, patience: 1_000_000_000)) != nil
    }
  }

  /// Ends a pause. Lets it run if it ran before and nobody has asked for it to be stopped since.
  func unpause() {
    frozen.withLock { frozen in
      frozen.isPaused = false
      if frozen.isWaiting { thaw(&frozen) }
    }
  }

  /// Has the threads of a frozen process wake up on processors of their own, as those of a running one would be, and
  /// the calling thread wait beside the one that answers.
  func spread(_ process: pid_t) {
    frozen.withLock { frozen in
      guard let freezer = frozen.freezer, !frozen.members.isEmpty else { return }
      _ = crunner_spread(freezer, process)
    }
  }

  /// Takes back what ``spread(_:)`` did to the calling thread.
  func unbind() {
    frozen.withLock { frozen in
      if let freezer = frozen.freezer { crunner_unbind(freezer) }
    }
  }

  /// Seconds that the threads of a frozen process have waited for a processor since ``spread(_:)``, all together; nil
  /// where the system doesn't count them.
  /// - Parameter elapsed: nanoseconds since then: threads that ran for less than a twentieth of it don't count.
  func waited(_ process: pid_t, elapsed: UInt64) -> ProcessorWait? {
    frozen.withLock { frozen in
      guard let freezer = frozen.freezer, !frozen.members.isEmpty else { return nil }
      var workers: Int32 = 0
      let nanoseconds = crunner_waited(freezer, process, Int64(elapsed), &workers)
      return nanoseconds < 0 ? nil : ProcessorWait(seconds: Double(nanoseconds) * 1e-9, threads: Int(workers))
    }
  }

  /// Lets it run. Returns at once.
  func thaw() { frozen.withLock { thaw(&$0) } }

  private func thaw(_ frozen: inout Frozen) {
    guard let freezer = frozen.freezer, !frozen.members.isEmpty, !wasKilled else { return }
    frozen.isWaiting = frozen.isPaused
    guard !frozen.isPaused else { return }
    child.whileUnreaped { crunner_thaw(freezer, frozen.members, Int32(frozen.members.count)) }
    frozen.members = []
  }

  /// When the last freeze had stopped everything; see `crunner_still_since`. Nanoseconds of ``crunner_now()``.
  var stillSince: UInt64 {
    frozen.withLock { frozen in
      guard let freezer = frozen.freezer else { return crunner_now() }
      return crunner_still_since(freezer)
    }
  }

  /// The processes that are stopped now, the root first; empty while the tree runs.
  var members: [pid_t] { frozen.withLock { $0.members } }

  /// Whether the tree is frozen still: nothing in it was able to wake itself.
  var isFrozen: Bool {
    frozen.withLock { frozen in
      guard let freezer = frozen.freezer, !frozen.members.isEmpty else { return false }
      return crunner_is_frozen(freezer, frozen.members, Int32(frozen.members.count))
    }
  }

  /// Kills every process of the tree. Sends the signals and returns; the kernel does the rest. Idempotent.
  func kill() {
    killed.withLock { killed in
      guard !killed else { return }
      killed = true
      child.whileUnreaped {
        if hasNamespace {
          // Not the outer process: that one then reaps its child and ends by itself, so that nobody is left a zombie.
          _ = Foundation.kill(root, SIGKILL)
        } else {
          killDescendants()
        }
      }
    }
  }

  private func killDescendants() {
    // Stopped first, so that none can start another while the list is being made.
    var all = Frozen()
    if (try? all.freeze(root, patience: 100_000_000)) != nil {
      for member in all.members.reversed() { _ = Foundation.kill(member, SIGKILL) }
    }
    _ = Foundation.kill(-root, SIGKILL)
    _ = Foundation.kill(root, SIGKILL)
  }
}
