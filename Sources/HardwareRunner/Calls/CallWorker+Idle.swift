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
  /// How long it is let run at a time, and how often before anything is held against it: the pools of OpenMP go on spinning
  /// for some milliseconds, one of them for 200, before their threads fall asleep.
  private static let idleWindow: UInt32 = 25_000
  private static let graceWindows = 12
  /// Seconds of a processor that it uses after that if it never rests: soon where it has one to itself, later beside
  /// others, and so long it is watched, up to the limit. Wanting one is not enough: on a busy machine a thread that only
  /// wakes up and falls asleep again has to wait for it, too.
  private static let restless = 0.2
  private static let windowLimit = 120
  /// Who uses less than this share of the time, over some windows, has only been waking up.
  private static let asleep = (share: 0.02, windows: 4)
  /// Waking up and stopping again takes each thread some ten microseconds.
  private static let quiet = 0.1

  /// `torch`'s settings and others that hold for the whole process, by name. It's the process's own word.
  func settings(timeout: Duration = .seconds(30)) async throws -> [String: String] {
    struct Reply: Decodable, Sendable { var settings: [String: String] }
    return try await worker.request("settings", NoBody(), reply: Reply.self, timeout: timeout).settings
  }

  /// Lets it run without a command until its threads rest, or have used so much of a processor that they never will.
  func lookWhileIdle() async throws -> IdleLook {
    try await worker.thread.run { [self] in
      try worker.guarded {
        var look = IdleLook(leftovers: leftovers(), processors: nil)
        var (used, elapsed) = (0.0, 0.0)
        for window in 1...Self.windowLimit {
          guard let before = processorSeconds() else { break }
          let start = crunner_now()
          try worker.resume()
          usleep(Self.idleWindow)
          try worker.tree.freeze()
          guard let after = processorSeconds() else { break }
          look.leftovers = leftovers()
          let seconds = Double(crunner_now() - start) * 1e-9
          let wanted = (after.wanted - before.wanted) / seconds
          used += after.used - before.used
          elapsed += seconds
          if wanted < Self.quiet {
            look.processors = wanted
            break
          }
          if window == Self.graceWindows { (used, elapsed) = (0, 0) }
          guard window > Self.graceWindows else { continue }
          if used >= Self.restless { look.processors = wanted }
          if window >= Self.graceWindows + Self.asleep.windows, used < Self.asleep.share * elapsed {
            look.processors = used / elapsed
          }
          if look.processors != nil { break }
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

  /// Seconds for which all threads of the frozen tree have used a processor, and for which they have wanted one, whether
  /// they had it or not: on a busy machine one that never rests may get little of it.
  private func processorSeconds() -> (used: Double, wanted: Double)? {
    var total = (used: 0.0, wanted: 0.0)
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
        total.used += figures[0] * 1e-9
        total.wanted += (figures[0] + figures[1]) * 1e-9
      }
    }
    return total
  }
}
