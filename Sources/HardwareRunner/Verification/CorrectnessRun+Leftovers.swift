import Foundation
import Synchronization

extension CorrectnessRun {
  /// Share of one processor that may be in use when nothing was asked for.
  private static let idleShare = 0.2

  /// What goes on after an answer, or stays behind: processes, threads that don't rest, threads that grow in number.
  /// Pools of OpenMP and of PyTorch spin for some milliseconds and then sleep.
  /// - Parameter growth: threads that the last calls have added, after many others on the same inputs.
  func leftovers(growth: Int) async throws {
    progress("effects", "what is left behind")
    let idle = try await candidate.perform(gate: "effects", doing: "when nothing is asked of it") {
      try await $0.leftovers(untilBelow: Self.idleShare)
    }
    func fault(_ detail: String) -> FaultError {
      FaultError(fault: Fault(.wrong, gate: "effects", detail: detail))
    }
    if idle.processes > 0 { throw fault("It leaves \(idle.processes) processes of its own behind.") }
    if growth > 0 { throw fault("Every call leaves a thread behind: \(growth) more after three calls.") }
    if idle.busyShare > Self.idleShare {
      throw fault(
        String(format: "Its threads go on working after the answer: %.0f %% of a processor.", idle.busyShare * 100))
    }
  }
}

/// What is there of a contender when nothing is asked of it.
struct Leftovers: Sendable, Hashable {
  /// Beside the worker itself.
  var processes = 0
  /// Of one processor, in the last look.
  var busyShare = 0.0
}

extension CallWorker {
  /// Patience with threads that spin before they sleep: the longest that a runtime in use does is 200 ms (Intel's and
  /// LLVM's OpenMP, `KMP_BLOCKTIME`).
  private static let looks = 20
  private static let look: UInt64 = 20_000_000

  /// Lets it run with nothing to do until it uses less than this share of a processor, for 400 ms at most.
  func leftovers(untilBelow share: Double) async throws -> Leftovers {
    try await worker.thread.run { [self] in
      try worker.guarded {
        var found = Leftovers()
        let members = worker.tree.members
        let interpreter = worker.interpreter.withLock { $0 }
        // The namespace's first process and Python; without a namespace Python alone.
        found.processes = max(members.count - (worker.tree.root == interpreter ? 1 : 2), 0)
        try worker.resume()
        for _ in 0..<Self.looks {
          let before = Self.processorTime(members)
          let start = DispatchTime.now().uptimeNanoseconds
          usleep(UInt32(Self.look / 1000))
          let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start)
          found.busyShare = (Self.processorTime(members) - before) / elapsed
          if found.busyShare < share { break }
        }
        try worker.rest()
        return found
      }
    }
  }

  /// Number of threads of its interpreter, while it rests; 0 where the system doesn't tell.
  func threadCount() -> Int {
    let pid = worker.interpreter.withLock { $0 }
    return (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count) ?? 0
  }

  /// Nanoseconds that all threads of these processes have run (`schedstat`, Documentation/scheduler/sched-stats).
  private static func processorTime(_ processes: [pid_t]) -> Double {
    processes.reduce(0) { sum, pid in
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
      return threads.reduce(sum) { sum, thread in
        let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/schedstat", encoding: .utf8)
        return sum + (text?.split(separator: " ").first.flatMap { Double($0) } ?? 0)
      }
    }
  }
}
