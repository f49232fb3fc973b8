import HardwareRunner
import Synthesis

/// What the built-in rules would try on an op, by agent: as far as there is anything to gain by it.
struct RuleIdeas: Sendable {
  private var proposals: [String: [Proposal]] = [:]
  /// Why nothing is tried, as a sentence for a person; nil where something is, or where no rule applies.
  private(set) var reasonToStop: String?

  /// - Parameter headroom: how fast the op is as it is.
  init(for request: SynthesisRequest, headroom: Headroom) async {
    await self.init(request.opName, headroom, Synthesizer.leastWork(of: request)) {
      Synthesizer.proposals(for: request, agent: $0)
    }
  }

  /// Of an op that can only be had in parts.
  init(for request: SegmentedRequest, headroom: Headroom) async {
    await self.init(request.whole.opName, headroom, nil) { Synthesizer.proposals(for: request, agent: $0) }
  }

  /// The agents' ideas are worked out side by side: the first of them is waited for.
  private init(
    _ name: String, _ headroom: Headroom, _ leastWork: (bytes: Int, flops: Double)?,
    _ ideas: @escaping @Sendable (String) -> [Proposal]
  ) async {
    let all = await withTaskGroup(of: (String, [Proposal]).self) { group in
      for agent in Synthesizer.agents { group.addTask { (agent, ideas(agent)) } }
      return await group.reduce(into: [String: [Proposal]]()) { $0[$1.0] = $1.1 }
    }
    var reason: String?
    for agent in Synthesizer.agents {
      proposals[agent] = all[agent]?.filter { proposal in
        let stop = headroom.reasonToStop(bytes: proposal.minimumBytes, flops: proposal.minimumFlops)
        reason = reason ?? stop
        return stop == nil
      }
    }
    guard proposals.values.allSatisfy(\.isEmpty) else { return }
    reason = reason ?? leastWork.flatMap { headroom.reasonToStop(bytes: $0.bytes, flops: $0.flops) }
    reasonToStop = reason.map { "\(name) is \($0)." }
  }

  func of(_ agent: String) -> [Proposal] { proposals[agent] ?? [] }
}
