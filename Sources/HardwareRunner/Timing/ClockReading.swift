import Foundation

/// What the clock alone said of a candidate: for the study of the clock itself (Benchmarks/Timing, docs/timing.md).
package struct ClockReading: Sendable {
  package var analysis: TimingAnalysis
  /// What may be claimed: `verified`, `not-faster` or `inconclusive`.
  package var verdict: Verdict
  package var detail: String
  /// Whether the op's own code would be `verified` as the faster one, had the two changed places.
  package var isSlower: Bool
  /// Why the rounds ended: `precise`, `budget` or `disturbed`.
  package var stop: String
  package var warmupRounds: Int

  init(_ timed: VerificationSession.Timed, policy: VerificationPolicy, seed: UInt64) {
    let outcome = timed.outcome
    analysis = outcome.analysis
    let decision = TimingDecision(outcome, policy: policy)
    verdict = decision.verdict
    detail = decision.detail
    var exchanged = timed.lineup.contenders
    exchanged.baselines = [exchanged.candidate]
    exchanged.candidate = timed.lineup.eager
    exchanged.twins = []
    var other = TimingAnalysis(outcome.rounds, exchanged, seed: seed)
    other.noise = outcome.analysis.noise
    isSlower = TimingDecision(other, stop: outcome.stop, policy: policy).verdict == .verified
    stop = outcome.stop.rawValue
    warmupRounds = outcome.warmup
  }
}

extension VerificationSession {
  /// Loads a candidate into a process of its own and times it, as ``verify(_:)`` does after its gates and without them.
  package func timeAlone(_ candidate: CandidateSource) async throws -> ClockReading {
    try await exclusively {
      do {
        let process = try await load(candidate)
        defer { process.terminate() }
        let timed = try await timed(candidate, process)
        await pool.prepare()
        return ClockReading(timed, policy: policy, seed: policy.seed ?? 1)
      } catch let error as FaultError {
        throw VerificationProblem.workerFailed(error.fault.detail)
      }
    }
  }

  /// Returns when nothing is being started or compiled in the background any more.
  package func settle() async {
    _ = try? await baselines.eagerTwin()
    _ = await baselines.compiledBaseline()
    await pool.settle()
  }
}
