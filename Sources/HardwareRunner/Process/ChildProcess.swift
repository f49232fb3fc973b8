import CRunner
import Foundation
import Synchronization

/// What to start.
struct LaunchCommand: Sendable {
  var path: String
  /// Without the program's own name.
  var arguments: [String]
  var environment: [String: String]
  var directory: String?
  /// Linux: whether orphaned grandchildren stay within reach (not needed inside a process namespace).
  var subreaper = false
  /// Linux: the `cgroup.procs` file of the control group that it joins.
  var controlGroup: String?
  var niceness = 0
}

/// How a process ended.
enum ProcessEnd: Sendable, Hashable {
  case exited(Int32)
  case signalled(Int32)
}

/// A child process with a thread that started it, waits for it and reaps it.
///
/// One thread for all three because the kernel ties "die with the parent" to the thread that forked; that thread lives
/// exactly as long as the child does.
final class ChildProcess: Sendable {
  private struct State {
    var reaped = false
    var end: ProcessEnd?
    var waiters: [CheckedContinuation<ProcessEnd, Never>] = []
  }
  let pid: pid_t
  private let state = Mutex(State())
  private let ended = NSCondition()

  private init(pid: pid_t) { self.pid = pid }

  /// Starts `command`, which gets `descriptors[i]` as its descriptor i (-1: none) and no others.
  /// - Throws: ``WorkerFailure/launchFailed(_:)``.
  static func spawn(_ command: LaunchCommand, descriptors: [Int32]) async throws -> ChildProcess {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread {
        var pid: pid_t = 0
        let code = start(command, descriptors: descriptors, pid: &pid)
        guard code == 0 else {
          let reason = String(cString: strerror(code))
          return continuation.resume(throwing: WorkerFailure.launchFailed("\(command.path): \(reason)"))
        }
        let process = ChildProcess(pid: pid)
        continuation.resume(returning: process)
        process.waitAndReap()
      }
      thread.name = "child process"
      thread.stackSize = 256 << 10
      thread.start()
    }
  }

  private static func start(_ command: LaunchCommand, descriptors: [Int32], pid: inout pid_t) -> Int32 {
    let arguments = CStringArray([command.path] + command.arguments)
    let environment = CStringArray(command.environment.map { "\($0.key)=\($0.value)" }.sorted())
    return arguments.withPointers { argumentPointers in
      environment.withPointers { environmentPointers in
        command.path.withCString { path in
          descriptors.withUnsafeBufferPointer { descriptors in
            withOptionalCString(command.directory) { directory in
              withOptionalCString(command.controlGroup) { controlGroup in
                var request = crunner_spawn_request(
                  path: path, arguments: argumentPointers, environment: environmentPointers, directory: directory,
                  descriptors: descriptors.baseAddress, descriptor_count: Int32(descriptors.count),
                  niceness: Int32(command.niceness), subreaper: command.subreaper, control_group: controlGroup)
                return crunner_spawn(&request, &pid)
              }
            }
          }
        }
      }
    }
  }

  private func waitAndReap() {
    // The number stays the child's until it is reaped, and it is reaped with the lock held: no signal of ours can
    // reach a stranger that was given the same number.
    _ = crunner_wait_for_exit(pid)
    let waiters = state.withLock { state in
      var status: Int32 = 0
      _ = crunner_reap(pid, &status)
      state.reaped = true
      let end: ProcessEnd = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signalled(status & 0x7f)
      state.end = end
      defer { state.waiters = [] }
      return (end, state.waiters)
    }
    ended.lock()
    ended.broadcast()
    ended.unlock()
    for waiter in waiters.1 { waiter.resume(returning: waiters.0) }
  }

  /// How it ended; nil while it runs.
  var end: ProcessEnd? { state.withLock { $0.end } }

  /// Sends a signal, unless the process has ended.
  func signal(_ number: Int32) { whileUnreaped { _ = kill(pid, number) } }

  /// Runs `body` only while the process's number is surely its own.
  func whileUnreaped(_ body: () -> Void) {
    state.withLock { state in if !state.reaped { body() } }
  }

  func wait() async -> ProcessEnd {
    await withCheckedContinuation { continuation in
      let end = state.withLock { state -> ProcessEnd? in
        if state.end == nil { state.waiters.append(continuation) }
        return state.end
      }
      if let end { continuation.resume(returning: end) }
    }
  }

  /// Blocks the calling thread (never one of Swift's pool) until the process has ended, or for `seconds`.
  func blockingWait(seconds: Double) -> ProcessEnd? {
    let deadline = Date(timeIntervalSinceNow: seconds)
    ended.lock()
    defer { ended.unlock() }
    while end == nil { if !ended.wait(until: deadline) { return end } }
    return end
  }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text else { return body(nil) }
  return text.withCString { body($0) }
}

/// Strings as C wants a list of them, ended by NULL.
private struct CStringArray {
  private let bytes: [[CChar]]
  init(_ strings: [String]) { bytes = strings.map { Array($0.utf8CString) } }

  func withPointers<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: bytes.count + 1)
    for (index, text) in bytes.enumerated() {
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
      copy.initialize(from: text, count: text.count)
      (pointers + index).initialize(to: copy)
    }
    (pointers + bytes.count).initialize(to: nil)
    defer {
      for index in bytes.indices { pointers[index]?.deallocate() }
      pointers.deallocate()
    }
    return body(pointers)
  }
}
