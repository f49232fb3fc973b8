import HardwareRunner
import Synthesis

/// What the built-in rules would try on an op, by agent: as far as there is anything to gain by it.
struct RuleIdeas: Sendable {
  private var proposals: [String: [Proposal]] = [:]
  /// Why nothing is tried, as a sentence for a person; nil where something is, or where no rule applies.
  private(set) var reasonToStop: String?

  /// - Parameter headroom: how fast the op is as it is.
  init(for request: SynthesisRequest, headroom: Headroom) {
    var reason: String?
    for agent in Synthesizer.agents {
      proposals[agent] = Synthesizer.proposals(for: request, agent: agent).filter { proposal in
        let stop = headroom.reasonToStop(bytes: proposal.minimumBytes, flops: proposal.minimumFlops)
        reason = reason ?? stop
        return stop == nil
      }
    }
    guard proposals.values.allSatisfy(\.isEmpty) else { return }
    let work = Synthesizer.leastWork(of: request)
    reason = reason ?? headroom.reasonToStop(bytes: work.bytes, flops: work.flops)
    reasonToStop = reason.map { "\(request.opName) is \($0)." }
  }

  func of(_ agent: String) -> [Proposal] { proposals[agent] ?? [] }
}
