import HardwareRunner

/// What became of a submission.
struct Outcome: Sendable, Encodable {
  var name: String
  var isAttack: Bool
  var group: String
  var op: String
  var wanted: String
  /// A verdict of Kernelwright's, or `error` where it gave none, which is always a failure of ours.
  var verdict: String
  /// The gate that ended it; `-` where none did.
  var gate: String
  var labels: [String]
  /// The verdict's own sentence.
  var summary: String
  var seconds: Double
  /// Why it didn't pass; nil when it did.
  var complaint: String?

  /// Whether the first time didn't count; see ``mayBeChance``.
  var isSecondTry = false

  var passed: Bool { complaint == nil }

  /// Whether chance or a busy machine can be why it didn't pass: no verdict was dared, an answer came too late, or an
  /// attack was stopped by another gate than its header names. What was let through, or an honest one that was refused
  /// for any other reason, gets no second try.
  var mayBeChance: Bool {
    guard let complaint else { return false }
    return verdict == Verdict.inconclusive.rawValue || summary.contains("no answer within")
      || complaint == Self.anotherGate
  }

  init(_ submission: Submission, _ result: Verification, seconds: Double) {
    self.init(submission, verdict: result.verdict.rawValue, summary: result.summary, seconds: seconds)
    labels = result.labels.map(\.rawValue)
    gate = result.gates.last { !$0.passed }?.name ?? "-"
    complaint = Self.complaint(submission.expectation, result, gate: gate)
  }

  /// A submission that made Kernelwright give up, or whose op it didn't take.
  init(_ submission: Submission, error: String, seconds: Double) {
    self.init(submission, verdict: "error", summary: error, seconds: seconds)
    complaint = error
  }

  private init(_ submission: Submission, verdict: String, summary: String, seconds: Double) {
    name = submission.name
    isAttack = submission.isAttack
    group = submission.group
    op = submission.op
    wanted = submission.wanted
    self.verdict = verdict
    self.summary = summary
    self.seconds = seconds
    gate = "-"
    labels = []
  }

  private static let anotherGate = "another gate"

  private static func complaint(
    _ expectation: Submission.Expectation, _ result: Verification, gate: String
  ) -> String? {
    if let admission = result.gates.first, !admission.passed {
      return "the op itself was not admitted: \(admission.detail)"
    }
    switch expectation {
    case .stopped(let verdicts, let gates):
      guard verdicts.contains(result.verdict.rawValue) else { return "another verdict" }
      guard gates.contains(gate) else { return anotherGate }
      // A refused candidate has no claim to make.
      return result.speedup == nil ? nil : "refused, and given a speed-up all the same"
    case .accepted(let labels):
      let accepted: Set<Verdict> = [.verified, .notFaster, .inconclusive]
      guard accepted.contains(result.verdict) else { return "an honest candidate was refused" }
      if let failed = result.gates.first(where: { !$0.passed && $0.name != "timing" }) {
        return "gate \(failed.name) failed"
      }
      let missing = labels.subtracting(result.labels.map(\.rawValue))
      return missing.isEmpty ? nil : "without label \(missing.sorted().joined(separator: ", "))"
    }
  }
}
