import Foundation
public import HardwareRunner
public import SourceIndex

/// The object behind `verify --json` and, with what the search adds, `optimize --json`
/// (protocol/verification.schema.json). Figures that do not exist are null; arrays never are.
public struct VerdictReport: Sendable, Encodable {
  public var verification: Verification
  /// The candidate's text.
  public var source: String?
  public var search: SearchReport?

  /// What an optimisation tells beside its headline.
  public struct SearchReport: Sendable {
    var op: Op
    var result: OptimizationResult
  }

  public init(verification: Verification, source: String?, search: SearchReport? = nil) {
    self.verification = verification
    self.source = source
    self.search = search
  }

  private enum CodingKeys: String, CodingKey {
    case verdict, summary, device, baselines, candidate, speedup, gates, labels, source, counterexample, date, policy
    case speedupCI95 = "speedup_ci95"
    case speedupVs = "speedup_vs"
    case speedupVsCI95 = "speedup_vs_ci95"
    case errorRatio = "error_ratio"
    case inputsTried = "inputs_tried"
    case op, fingerprint, idea, agent, reason, exactness, findings, candidates
  }

  private struct CandidateEntry: Encodable {
    var idea: String
    var agent: String
    var verdict: Verdict
    var summary: String
    var speedup: Double?
    var labels: [Label]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(idea, forKey: .idea)
      try container.encode(agent, forKey: .agent)
      try container.encode(verdict, forKey: .verdict)
      try container.encode(summary, forKey: .summary)
      try container.encode(speedup, forKey: .speedup)
      try container.encode(labels, forKey: .labels)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let claim = verification.verdict == .verified ? verification.speedup : nil
    try container.encode(verification.verdict, forKey: .verdict)
    try container.encode(verification.summary, forKey: .summary)
    try container.encode(verification.device, forKey: .device)
    try container.encode(verification.baselines, forKey: .baselines)
    try container.encode(verification.candidate, forKey: .candidate)
    try container.encode(claim?.ratio, forKey: .speedup)
    try container.encode(claim.map { [$0.low, $0.high] } ?? [], forKey: .speedupCI95)
    try container.encode(verification.speedupVs.mapValues(\.ratio), forKey: .speedupVs)
    try container.encode(verification.speedupVs.mapValues { [$0.low, $0.high] }, forKey: .speedupVsCI95)
    try container.encode(verification.gates, forKey: .gates)
    try container.encode(verification.labels, forKey: .labels)
    try container.encode(source, forKey: .source)
    try container.encode(verification.counterexample, forKey: .counterexample)
    try container.encode(verification.errorRatio, forKey: .errorRatio)
    try container.encode(verification.inputsTried, forKey: .inputsTried)
    try container.encode(verification.date, forKey: .date)
    try container.encode(verification.policy, forKey: .policy)
    if let search { try encode(search, into: &container) }
  }

  private func encode(_ search: SearchReport, into container: inout KeyedEncodingContainer<CodingKeys>) throws {
    let best = search.result.best?.summary
    try container.encode(search.op.name, forKey: .op)
    try container.encode(search.op.fingerprint, forKey: .fingerprint)
    try container.encode(best?.idea, forKey: .idea)
    try container.encode(best?.agent, forKey: .agent)
    try container.encode(best?.reason, forKey: .reason)
    try container.encode(best?.exactness, forKey: .exactness)
    try container.encode(search.result.findings, forKey: .findings)
    let candidates = search.result.candidates.map { judged in
      CandidateEntry(
        idea: judged.summary.idea, agent: judged.summary.agent, verdict: judged.verification.verdict,
        summary: judged.verification.summary, speedup: judged.verification.speedup?.ratio,
        labels: judged.verification.labels)
    }
    try container.encode(candidates, forKey: .candidates)
  }

  /// Of a finished search; where nothing could be tried, that is said as *not faster*.
  public static func of(_ result: OptimizationResult, op: Op, device: String, policy: String) -> VerdictReport {
    let nothing = Verification(
      verdict: .notFaster, summary: result.findings.first ?? "No built-in idea applies to this op.", device: device,
      deviceFingerprint: "", policy: policy)
    return VerdictReport(
      verification: result.best?.verification ?? nothing, source: result.best?.source,
      search: SearchReport(op: op, result: result))
  }
}
