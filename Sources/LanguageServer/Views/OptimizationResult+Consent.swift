import Engine
import HardwareRunner

/// Which candidate stands in the headline, and which need a person's consent.
extension OptimizationResult {
  /// The best candidate that can be applied without asking; when there is none, the one whose verdict is the op's.
  func headline(allow: Set<Label>) -> JudgedCandidate? {
    applicable(allow: allow) ?? best.flatMap { $0.isVerified && !$0.isPermitted(allow) ? nil : $0 }
      ?? candidates.first { !$0.isVerified }
  }

  /// The best verified candidate that is permitted.
  func applicable(allow: Set<Label>) -> JudgedCandidate? {
    let all = (best.map { [$0] } ?? []) + candidates
    return
      all
      .filter { $0.isVerified && $0.isPermitted(allow) }
      .max { ($0.verification.speedup?.ratio ?? 0) < ($1.verification.speedup?.ratio ?? 0) }
  }

  /// Verified candidates that remove work or precision and that nobody consented to yet, if they beat what needs no
  /// consent; best first.
  func needingConsent(allow: Set<Label>) -> [JudgedCandidate] {
    let floor = applicable(allow: allow)?.verification.speedup?.ratio ?? 1
    return
      candidates
      .filter { $0.isVerified && !$0.isPermitted(allow) && ($0.verification.speedup?.ratio ?? 0) > floor }
      .sorted { ($0.verification.speedup?.ratio ?? 0) > ($1.verification.speedup?.ratio ?? 0) }
  }

  func candidate(_ id: String) -> JudgedCandidate? {
    best?.summary.id == id ? best : candidates.first { $0.summary.id == id }
  }
}

extension JudgedCandidate {
  var isVerified: Bool { verification.verdict == .verified && replacement != nil }

  func isPermitted(_ allow: Set<Label>) -> Bool {
    EngineSettings.consentLabels.isDisjoint(with: verification.labels.filter { !allow.contains($0) })
  }

  /// What consent is asked for, e.g. `removes work`.
  func consentQuestion(_ allow: Set<Label>) -> String {
    let labels = verification.labels.filter { EngineSettings.consentLabels.contains($0) && !allow.contains($0) }
    return labels.map { $0 == .algebraicPruning ? "removes work" : "changes precision" }.joined(separator: " and ")
  }
}

extension Verification {
  /// The baseline that the headline ratio is against: the fastest that could be timed.
  var fastestBaseline: TimingSummary? {
    baselines.filter { $0.medianMs != nil }.min { ($0.medianMs ?? 0) < ($1.medianMs ?? 0) }
  }
}
