import Engine
import Foundation
import HardwareRunner
import SourceIndex

/// What came of a search or a verification, for a person at a terminal.
enum ResultText {
  static func of(_ result: OptimizationResult, op: Op) -> String {
    guard let best = result.best else {
      let reasons = result.findings.isEmpty ? ["No built-in idea applies to this op."] : result.findings
      return ([op.name + ": nothing to gain was found."] + reasons.map { "  " + $0 }).joined(separator: "\n")
    }
    var lines = ["\(op.name): \(best.summary.idea) (\(best.summary.agent))", "  \(best.summary.reason)"]
    lines.append(of(best.verification, idea: best.summary.idea))
    let others = result.candidates.filter { $0.summary.id != best.summary.id }
    if !others.isEmpty {
      lines.append("also tried:")
      lines += others.map { "  \($0.summary.idea): \($0.verification.summary)" }
    }
    lines += result.findings.map { "note: " + $0 }
    return lines.joined(separator: "\n")
  }

  static func of(_ verification: Verification, idea: String) -> String {
    var lines = [headline(verification), "  \(verification.summary)", "  on \(verification.device)"]
    if !verification.labels.isEmpty {
      lines.append("  labels: " + verification.labels.map(\.rawValue).joined(separator: ", "))
    }
    for baseline in verification.baselines + [verification.candidate].compactMap({ $0 }) {
      lines.append("  " + row(baseline, verification.speedupVs[baseline.name]))
    }
    lines.append("gates:")
    lines += verification.gates.map { "  \($0.passed ? "passed" : "FAILED")  \($0.name): \($0.detail)" }
    if let example = verification.counterexample {
      lines.append("counterexample: \(example.inputs), shapes \(example.shapes)")
      lines.append("  output \(example.output) at \(example.index) is \(example.got), wanted \(example.wanted)")
      lines.append("  \(example.detail)")
    }
    return lines.joined(separator: "\n")
  }

  private static func headline(_ verification: Verification) -> String {
    guard verification.verdict == .verified, let speedup = verification.speedup else {
      return verification.verdict.rawValue
    }
    return String(format: "verified %.2f× [%.2f, %.2f]", speedup.ratio, speedup.low, speedup.high)
  }

  private static func row(_ timing: TimingSummary, _ speedup: Speedup?) -> String {
    guard let median = timing.medianMs else { return "\(timing.name): \(timing.unavailable ?? "not timed")" }
    var text = String(format: "%@: %.3f ms", timing.name, median)
    if timing.ci95Ms.count == 2 { text += String(format: " [%.3f, %.3f]", timing.ci95Ms[0], timing.ci95Ms[1]) }
    if let speedup {
      text += String(format: " · %.2f× [%.2f, %.2f] over it", speedup.ratio, speedup.low, speedup.high)
    }
    return text
  }
}
