import HardwareRunner
import Synthesis

/// What an agent knows when it starts: the same facts for all, never the verifier's inputs, bounds or seeds.
struct Brief: Sendable {
  var reference: OpReference
  /// One line an input, e.g. `float32[16, 1024]`.
  var inputs: [String]
  var device: DeviceFacts
  /// The C++ compiler, where there is one.
  var toolchain: String?
  var profile: ProfileView?
  /// What was fastest on ops like this one.
  var remembered = RememberedSchedules()
  var guidance: [String]
  /// Lines that stand at the head of generated code.
  var provenance: [String]
}

/// A candidate before it was tried.
struct ProposedCandidate: Sendable {
  var summary: CandidateSummary
  var rule: String
  var source: String
  var replacement: String?
  var labels: [Label]
  /// Bytes and operations that the rewritten op can't avoid, for the roofline gate.
  var minimumBytes: Int?
  var minimumFlops: Double?
  /// Under what the next search finds it again; nil for what no rule led to.
  var memoryKey: MemoryKey?
}

/// What an agent hears of a candidate that it submitted: enough to improve on, nothing that helps to cheat.
enum Feedback: Sendable {
  /// Right on quick checks; how many times as fast as the user's own code, coarsely.
  case ranked(ratio: Double)
  /// Refused, with the verification that says why.
  case refused(Verification)
  /// Not tried: the budget is spent or the search was stopped.
  case stopped
}

/// Something that has ideas. Agents run side by side; each submits candidates one after the other and may learn from
/// what it hears.
protocol SynthesisAgent: Sendable {
  /// Short name that stands beside its candidates: `fusion`, `re-expression`, `compiler`, `model anthropic/…`.
  var name: String { get }
  /// Whether it only begins when the others have none left: its ideas take long and are seldom the best.
  var waitsForOthers: Bool { get }
  /// Whether its first idea is there at once, so that others can wait for it.
  var isQuick: Bool { get }

  /// Proposes until it has no more ideas or is told to stop.
  /// - Throws: one sentence for a person when it can't work at all (a provider that refuses the key).
  func work(on brief: Brief, submit: @Sendable (ProposedCandidate) async -> Feedback) async throws
}

extension SynthesisAgent {
  var waitsForOthers: Bool { false }
  var isQuick: Bool { false }
}
