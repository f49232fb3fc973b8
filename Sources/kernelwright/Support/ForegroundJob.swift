import Engine
import Foundation
import HardwareRunner

/// Runs one job of the engine in the foreground: progress on standard error, the last event as the result; Ctrl-C
/// stops it and every process of it.
struct ForegroundJob {
  let workspace: String

  /// - Returns: the final event's body.
  /// - Throws: `EngineError` when the job failed, `CancellationError` when it was interrupted.
  func run(
    _ kind: JobKind, _ request: OpRequest, each: (EngineEvent) -> Void = { _ in }
  ) async throws -> EngineEvent.Body {
    let (events, continuation) = AsyncStream<EngineEvent>.makeStream()
    let engine = try Engine(workspace: workspace) { continuation.yield($0) }
    for notice in engine.notices { Console.note("kernelwright: \(notice)") }
    let job = engine.start(kind, request)
    let interruption = Interruption { engine.cancel(job) }
    defer {
      engine.close()
      withExtendedLifetime(interruption) {}
    }
    var printer = ProgressPrinter()
    for await event in events where event.job == job {
      each(event)
      printer.show(event)
      switch event.body {
      case .finished: return event.body
      case .failed(let message, let code): throw EngineError(code, message)
      case .cancelled: throw CancellationError()
      default: continue
      }
    }
    throw CancellationError()
  }
}

/// Progress for a person at a terminal, or for a log: one line a change, on standard error.
struct ProgressPrinter {
  private var last = ""

  mutating func show(_ event: EngineEvent) {
    switch event.body {
    case .progress(let progress):
      var line = "[\(Int((progress.fraction * 100).rounded())) %] \(progress.message)"
      if let best = progress.best {
        line += String(format: " · best %.2f×%@", best, progress.bestIsVerified ? "" : " (coarse)")
      }
      if line != last { Console.note(line) }
      last = line
    case .finding(let text): Console.note("  note: \(text)")
    case .proposed(let candidate): Console.note("  \(candidate.agent) proposes: \(candidate.idea)")
    case .judged(let judged):
      Console.note("  \(judged.summary.idea): \(judged.verification.verdict.rawValue) (\(judged.verification.summary))")
    default: break
    }
  }
}
