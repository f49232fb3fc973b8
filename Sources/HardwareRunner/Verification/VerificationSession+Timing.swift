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
    let contenders = [baselines.eager, process.worker] + (compiled.worker.map { [$0] } ?? [])
    let (null, touches) = try await baselines.nullWorker(besides: contenders)
    var lineup = lineup(
      source, eager: baselines.eager, candidate: process.worker, twin: twin, compiled: compiled.worker, null: null,
      touches: touches)
    if await baselines.hasCompiledTwin { await addCompiledTwin(to: &lineup) }
    let flush = CacheFlush(lastLevelCache: device.lastLevelCache)
    // Nobody is to know whose turn is next, and an order that is always the same would favour somebody always.
    let seed = policy.seed ?? UInt64.random(in: 0...UInt64.max)
    progress(.init(gate: "timing", message: "timing against the baselines", fraction: 0.55))
    let first = try await run(
      source, lineup, SetsOfProcesses.firstPolicy(policy), flush, seed: seed, isFirstOfSeveral: true)
    guard SetsOfProcesses.needsAnother(after: first.outcome, policy: policy) else {
      return Timed(
        outcome: first.outcome, lineup: lineup, compileUnavailable: compiled.unavailable, checked: first.checked)
    }
    progress(.init(gate: "timing", message: "timing once more, with processes started anew", fraction: 0.75))
    process.terminate()
    let other = try await load(source)
    defer { other.terminate() }
    try await callFirst(other)
    var again = lineup
    again.workers[1] = other.worker
    if first.outcome.analysis.mayCount(Self.compiled) { await addCompiledTwin(to: &again) }
    let second = try await run(source, again, SetsOfProcesses.secondPolicy(policy), flush, seed: seed &+ 1)
    return Timed(
      outcome: SetsOfProcesses.together(first.outcome, second.outcome, again.contenders, seed: seed), lineup: again,
      compileUnavailable: compiled.unavailable,
      checked: (first.checked.all + second.checked.all, first.checked.full + second.checked.full))
  }

  private func lineup(
    _ source: CandidateSource, eager: CallWorker, candidate: CallWorker, twin: CallWorker, compiled: CallWorker?,
    null: CallWorker, touches: Bool
  ) -> LiveTiming.Lineup {
    var lineup = LiveTiming.Lineup(
      workers: [eager, candidate],
      contenders: TimingContenders(
        names: ["eager", source.idea], candidate: 1, baselines: [0]),
      eager: 0, nullWorker: null)
    lineup.contenders.touches = touches
    lineup.addTwin(of: 0, twin)
    if let compiled {
      lineup.workers.append(compiled)
      lineup.contenders.names.append("torch.compile")
      lineup.contenders.baselines.append(Self.compiled)
    }
    return lineup
  }

  /// Where `torch.compile` stands among the contenders, if it is there.
  private static let compiled = 3

  /// The noise of what is claimed over PyTorch's compiler is that of its own code.
  private func addCompiledTwin(to lineup: inout LiveTiming.Lineup) async {
    guard lineup.contenders.baselines.contains(Self.compiled),
      !lineup.contenders.twins.contains(where: { $0.original == Self.compiled })
    else { return }
    await baselines.startCompiledTwin()
    guard let twin = await baselines.compiledBaselineTwin() else { return }
    lineup.addTwin(of: Self.compiled, twin)
  }

  /// The first call of a candidate that has passed its gates in another process: native code is compiled in it.
  private func callFirst(_ process: CandidateProcess) async throws {
    let inputs = try await CorrectnessRun.ours { [oracle] in
      try await oracle.inputs(seed: UInt64.random(in: 0...UInt64.max >> 1))
    }
    let options = CallOptions(timeout: .seconds(policy.compilingCallTimeout))
    _ = try await process.perform(gate: "timing", doing: "when it is called in a second process") { worker in
      try await worker.call(inputs, options: options)
    }
  }

  /// Times one set of processes.
  private func run(
    _ source: CandidateSource, _ lineup: LiveTiming.Lineup, _ policy: VerificationPolicy, _ flush: CacheFlush,
    seed: UInt64, isFirstOfSeveral: Bool = false
  ) async throws -> (outcome: TimingProtocol.Outcome, checked: (all: Int, full: Int)) {
    let live = LiveTiming(
      lineup: lineup, oracle: oracle, policy: policy, quick: quick, flush: flush, processors: environment.threads,
      timeout: callTimeout(of: source), seed: UInt64.random(in: 0...UInt64.max))
    let start = ContinuousClock.now
    do {
      let timing = TimingProtocol(
        policy: policy, contenders: lineup.contenders, seed: seed, isFirstOfSeveral: isFirstOfSeveral)
      let outcome = try await background.whileQuiet { [progress] in
        try await timing.run(live) {
          (ContinuousClock.now - start) / .seconds(1)
        } clear: { analysis in
          guard let headline = analysis.headline, analysis.measured(headline).low >= SetsOfProcesses.beyondLuck else {
            return
          }
          let least = String(format: "%.2f", analysis.stated(headline).low)
          let baseline = analysis.contenders.names[headline.baseline]
          let message = "at least \(least)× as fast as \(baseline), every check passed; measuring on"
          progress(.init(gate: "timing", message: message, fraction: 0.7))
        }
      }
      await live.finish()
      return (outcome, await (live.checkedCalls, live.fullyCheckedCalls))
    } catch {
      await live.finish()
      throw error
    }
  }
}
