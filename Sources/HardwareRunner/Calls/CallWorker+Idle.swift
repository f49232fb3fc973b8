import CRunner
import Foundation
import Synchronization

/// What a contender does while nothing is asked of it.
struct IdleLook: Sendable, Hashable {
  /// Processes beside the ones that we started.
  var leftovers: Int
  /// Processors that its threads want all the time; nil where the system doesn't say.
  var processors: Double?
}

extension CallWorker {
  /// How long it is let run at a time, and how often at most: the pools of OpenMP go on spinning for some milliseconds,
  /// one of them for 200, before their threads fall asleep.
  private static let idleWindow: UInt32 = 25_000
  private static let idleWindows = 12
  /// Waking up and stopping again takes each thread some ten microseconds.
  private static let quiet = 0.1

  /// `torch`'s settings and others that hold for the whole process, by name. It's the process's own word.
  func settings(timeout: Duration = .seconds(30)) async throws -> [String: String] {
    struct Reply: Decodable, Sendable { var settings: [String: String] }
    return try await worker.request("settings", NoBody(), reply: Reply.self, timeout: timeout).settings
  }

  /// Lets it run without a command until its threads rest, or for 300 ms when they don't.
  func lookWhileIdle() async throws -> IdleLook {
    try await worker.thread.run { [self] in
      try worker.guarded {
        var look = IdleLook(leftovers: leftovers(), processors: nil)
        for _ in 0..<Self.idleWindows {
          guard let before = processorSeconds() else { break }
          let start = crunner_now()
          try worker.resume()
          usleep(Self.idleWindow)
          try worker.tree.freeze()
          guard let after = processorSeconds() else { break }
          look.leftovers = leftovers()
          look.processors = (after - before) / (Double(crunner_now() - start) * 1e-9)
          if (look.processors ?? 0) < Self.quiet { break }
        }
        return look
      }
    }
  }

  /// Number of threads of its interpreter; 0 where the system doesn't tell.
  func threadCount() -> Int {
    let pid = worker.interpreter.withLock { $0 }
    return (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count) ?? 0
  }

  /// Members of the frozen tree that we didn't start; one that has ended and was not waited for does nothing any more.
  private func leftovers() -> Int {
    let ours: Set<pid_t> = [worker.tree.root, worker.interpreter.withLock { $0 }]
    return worker.tree.members.count { !ours.contains($0) && !Self.hasEnded($0) }
  }

  private static func hasEnded(_ process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    // The name before it may hold anything, parentheses included.
    let state = text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first
    return state == "Z" || state == "X"
  }

  /// Seconds for which all threads of the frozen tree have wanted a processor, whether they had one or not: on a busy
  /// machine one that never rests may get little of it.
  private func processorSeconds() -> Double? {
    var total = 0.0
    for process in worker.tree.members {
      let folder = "/proc/\(process)/task"
      guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else { continue }
      for thread in threads {
        guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8) else {
          return nil
        }
        // On a processor, and ready to run without one: whoever never rests does one or the other.
        let figures = text.split(separator: " ").prefix(2).compactMap { Double($0) }
        guard figures.count == 2 else { return nil }
        total += (figures[0] + figures[1]) * 1e-9
      }
    }
    return total
  }
}
