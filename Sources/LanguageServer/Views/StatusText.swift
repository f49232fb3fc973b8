import Engine
import HardwareRunner

/// An op's status in a few words, for the end of its line.
enum StatusText {
  /// Nil when nothing was measured and nothing runs.
  static func measured(_ view: OpView) -> String? {
    if let job = view.jobs.first {
      if job.isStopping { return "stopping …" }
      return job.kind == .optimize ? "optimizing …" : "profiling …"
    }
    switch view.status {
    case .unknown: return nil
    case .stale(let record): return stale(record, allow: view.allow)
    case .current(let record):
      var parts: [String] = []
      if let result = record.result { parts.append(verdict(result, allow: view.allow)) }
      if let profile = record.profile { parts.append("\(Figures.time(ms: profile.totalMs)) a call") }
      if case .current = view.applied { parts.append("applied") }
      if parts.isEmpty, record.resumable != nil { parts.append("interrupted") }
      return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }
  }

  /// What was measured, or else what the op lacks; nil for kinds of ops that can't be run.
  static func line(_ view: OpView) -> String? {
    guard view.isRunnable else { return nil }
    return measured(view) ?? (view.hasInputs ? "not measured yet" : "no example inputs")
  }

  private static func stale(_ record: OpRecord, allow: Set<Label>) -> String {
    if let speedup = record.result?.applicable(allow: allow)?.verification.speedup {
      return "stale (was \(Figures.ratio(speedup.ratio, decimals: speedup.ratio < 2 ? 2 : 1))×)"
    }
    return "stale"
  }

  /// `verified 2.3× [2.2, 2.4]`, or the honest other verdict.
  static func verdict(_ result: OptimizationResult, allow: Set<Label>) -> String {
    guard let headline = result.headline(allow: allow) else {
      return result.needingConsent(allow: allow).isEmpty ? "nothing to try" : "awaits your consent"
    }
    return verdict(headline.verification)
  }

  static func verdict(_ verification: Verification) -> String {
    switch verification.verdict {
    case .verified: "verified" + (verification.speedup.map { " " + Figures.shortSpeedup($0) } ?? "")
    case .notFaster: "no gain"
    case .wrong: "candidate wrong"
    case .cheating: "candidate cheated"
    case .unsafe: "candidate unsafe"
    case .inconclusive: "inconclusive: " + inconclusive(verification)
    case .stale: "stale"
    }
  }

  private static func inconclusive(_ verification: Verification) -> String {
    if verification.labels.contains(.degenerateOp) { return "degenerate op" }
    if verification.labels.contains(.tooSmall) { return "too small to measure" }
    // What came as far as being timed was too noisy; the rest ran out of budget, or was not worth more of it.
    return verification.gates.contains { $0.name == "timing" && !$0.passed } ? "too noisy" : "not checked to the end"
  }
}
