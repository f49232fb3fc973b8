import Foundation
import HardwareRunner
import Synthesis

/// Proposes what the built-in rules of one brief find in the captured graph: first what was fastest on an op like this one,
/// then in the order of expected gain.
struct RuleAgent: SynthesisAgent {
  /// `fusion`, `re-expression` or `compiler`: see `Synthesizer`.
  let name: String
  /// In the order of expected gain.
  let ideas: [Proposal]
  /// Tells a person why it begins where it does.
  var tell: @Sendable (String) -> Void = { _ in }
  var waitsForOthers: Bool { name == "compiler" }
  var isQuick: Bool { !waitsForOthers }

  func work(on brief: Brief, submit: @Sendable (ProposedCandidate) async -> Feedback) async throws {
    let (proposals, reason) = brief.remembered.ordered(ideas, agent: name)
    if let reason { tell(reason) }
    for proposal in proposals {
      try Task.checkCancellation()
      let provenance = brief.provenance + ["Proposed by the \(name) agent."]
      let candidate = ProposedCandidate(
        summary: CandidateSummary(
          id: UUID().uuidString.lowercased(), agent: name, idea: proposal.idea, reason: proposal.reason,
          exactness: proposal.exactness),
        rule: proposal.rule,
        source: proposal.block.candidateFile(original: brief.reference.source, provenance: provenance),
        replacement: proposal.block.appliedText(provenance: provenance),
        labels: proposal.labels.compactMap(Label.init(rawValue:)),
        minimumBytes: proposal.minimumBytes, minimumFlops: proposal.minimumFlops,
        memoryKey: proposal.memoryKey)
      if case .stopped = await submit(candidate) { return }
    }
  }
}
