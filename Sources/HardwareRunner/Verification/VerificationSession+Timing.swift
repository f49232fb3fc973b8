import Foundation

extension VerificationSession {
  /// What the clock said of one candidate, and how it was asked.
  struct Timed: Sendable {
    var outcome: TimingProtocol.Outcome
    var lineup: LiveTiming.Lineup
    /// Why there is no `torch.compile` among the baselines; nil where there is.
    var compileUnavailable: String?
    /// Timed calls whose output was looked at, and those checked element by element.
    var checked: (all: Int, full: Int)
  }

  /// Times a loaded candidate against the baselines with the full protocol.
  func timed(_ source: CandidateSource, _ process: CandidateProcess) async throws -> Timed {
    progress(.init(gate: "timing", message: "waiting for the baselines", fraction: 0.5))
    let twin = try await baselines.eagerTwin()
    let compiled = await baselines.compiledBaseline()
    await pool.settle()
    let flush = CacheFlush(lastLevelCache: device.lastLevelCache)
    let contenders = [baselines.eager, process.worker] + (compiled.worker.map { [$0] } ?? [])
    let (null, touches) = try await baselines.nullWorker(besides: contenders)
    var lineup = LiveTiming.Lineup(
      workers: [baselines.eager, process.worker, twin],
      contenders: TimingContenders(
        names: ["eager", source.idea, "eager again"], candidate: 1, baselines: [0],
        twin: .init(original: 0, copy: 2)),
      eager: 0, nullWorker: null)
    lineup.contenders.touches = touches
    if let worker = compiled.worker {
      lineup.workers.append(worker)
      lineup.contenders.names.append("torch.compile")
      lineup.contenders.baselines.append(3)
    }
    let live = LiveTiming(
      lineup: lineup, oracle: oracle, policy: policy, quick: quick,
      flush: flush,
      processors: environment.threads, timeout: callTimeout(of: source),
      seed: UInt64.random(in: 0...UInt64.max))
    progress(.init(gate: "timing", message: "timing against the baselines", fraction: 0.55))
    let start = ContinuousClock.now
    // Nobody is to know whose turn is next, and an order that is always the same would favour somebody always.
    let seed = policy.seed ?? UInt64.random(in: 0...UInt64.max)
    let outcome = try await TimingProtocol(policy: policy, contenders: lineup.contenders, seed: seed)
      .run(live) {
        (ContinuousClock.now - start) / .seconds(1)
      } clear: { [progress] analysis in
        guard let headline = analysis.headline else { return }
        let least = String(format: "%.2f", analysis.stated(headline).low)
        let baseline = analysis.contenders.names[headline.baseline]
        let message = "at least \(least)× as fast as \(baseline), every check passed; measuring on"
        progress(.init(gate: "timing", message: message, fraction: 0.7))
      }
    return Timed(
      outcome: outcome, lineup: lineup, compileUnavailable: compiled.unavailable,
      checked: await (live.checkedCalls, live.fullyCheckedCalls))
  }
}
