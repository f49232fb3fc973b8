import Foundation

extension VerificationSession {
  /// A quick word on a candidate for a search: a few sets of inputs, then a few interleaved pairs against the user's own
  /// code with warm caches. A ratio from here ranks; it proves nothing.
  ///
  /// While another candidate is being ranked, this one is loaded and called once, which compiles its native code.
  public func rank(_ candidate: CandidateSource) async throws -> CoarseResult {
    let screen = Screen(candidate: candidate.source, reference: reference.source, types: reference.inputs.types)
    let labels = Set(candidate.labels).union(screen.labels)
    if let problem = screen.problem { return refused(Fault(.wrong, gate: "screen", detail: problem), labels) }
    let ready = await started(candidate)
    defer { (try? ready.get())?.terminate() }
    return try await exclusively {
      do {
        return try await self.ranked(candidate, try ready.get(), labels)
      } catch let error as FaultError {
        return self.refused(error.fault, labels)
      }
    }
  }

  private nonisolated func refused(_ fault: Fault, _ labels: Set<Label>) -> CoarseResult {
    CoarseResult(
      verdict: fault.verdict, detail: fault.detail, counterexample: fault.counterexample,
      labels: Label.allCases.filter(labels.contains))
  }

  /// A process with the candidate in it, called once.
  private func started(_ source: CandidateSource) async -> Result<CandidateProcess, any Error> {
    do {
      let process = try await load(source, isEarly: true)
      await pool.prepare()
      await process.callEarly(baselines.example)
      background.remove(process.worker.worker.tree)
      return .success(process)
    } catch {
      return .failure(error)
    }
  }

  private func ranked(
    _ source: CandidateSource, _ process: CandidateProcess, _ labels: Set<Label>
  ) async throws -> CoarseResult {
    guard admission.isJudgeable else {
      return CoarseResult(
        verdict: .inconclusive, detail: admissionGate.detail, labels: Label.allCases.filter(labels.contains))
    }
    let report = try await correctness(process, of: source).runQuickly()
    if let fault = report.fault { return refused(fault, labels) }
    var result = CoarseResult(
      verdict: nil, detail: "", errorRatio: report.errorRatio.map { min($0, .greatestFiniteMagnitude) },
      labels: Label.allCases.filter(labels.union(report.labels).contains))
    guard admissionGate.passed else {
      result.verdict = .inconclusive
      result.detail = admissionGate.detail
      return result
    }
    try await compare(source, process, &result)
    return result
  }

  private func compare(_ source: CandidateSource, _ process: CandidateProcess, _ result: inout CoarseResult)
    async throws
  {
    progress(.init(gate: "timing", message: "a few pairs of '\(source.idea)'", fraction: 0.8))
    let analysis = try await pairs(with: process.worker, named: source.idea, timeout: callTimeout(of: source))
    result.ratio = analysis.headline?.ratio.estimate
    result.eagerMs = analysis.warm[0]?.estimate
    result.candidateMs = analysis.warm[1]?.estimate
    result.detail =
      result.ratio.map { String(format: "about %.2f× the speed of the op's own code", $0) }
      ?? "Too quick to be told from an empty call."
  }

  /// Whether it is known by now whether `torch.compile` takes the op: ``rankCompiled()`` need not wait for it.
  public var hasCompiled: Bool { get async { await baselines.hasCompiled } }

  /// How many times as fast `torch.compile` of the op is as the op as it is written, from a few pairs; nil where that can't
  /// be said. It proves nothing, as no coarse ratio does.
  public func rankCompiled() async throws -> Double? {
    try await exclusively {
      guard admission.isJudgeable, admissionGate.passed, let worker = await baselines.compiledBaseline().worker else {
        return nil
      }
      let analysis = try await pairs(with: worker, named: "torch.compile", timeout: policy.compilingCallTimeout)
      let ratio = analysis.headline?.ratio.estimate
      if let ratio, ratio > Self.worthATwin { await baselines.startCompiledTwin() }
      return ratio
    }
  }

  /// What is about as fast as the user's own code, or faster, may be what candidates are verified against.
  private static let worthATwin = 0.95

  /// Quick ops get so many times the usual pairs, as long as that takes no longer than this: among near ties the luckiest of
  /// several looks like the best.
  private static let mostPairs = 3
  private static let patience = Duration.seconds(0.5)

  private func pairs(with worker: CallWorker, named name: String, timeout: Double) async throws -> TimingAnalysis {
    let lineup = LiveTiming.Lineup(
      workers: [baselines.eager, worker],
      contenders: TimingContenders(names: ["eager", name], candidate: 1, baselines: [0]), eager: 0,
      nullSeconds: try await baselines.nullCall().cost)
    let live = LiveTiming(
      lineup: lineup, oracle: oracle, policy: policy, quick: quick, flush: nil, processors: environment.threads,
      timeout: timeout, seed: UInt64.random(in: 0...UInt64.max)
    )
    var generator = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
    let fewest = policy.coarsePairs
    let orders = (0...Self.mostPairs * fewest).map { _ in [0, 1].shuffled(using: &generator) }
    let rounds = try await background.whileQuiet {
      var rounds: [TimingRound] = []
      let start = ContinuousClock.now
      for order in orders {
        rounds.append(try await live.round(order: order))
        if rounds.count > fewest, start.duration(to: .now) > Self.patience { break }
      }
      // One more than counts: the first finds both processes not warm yet.
      return Array(rounds.dropFirst())
    }
    // Even disturbed rounds rank better than nothing.
    let quiet = rounds.filter { !$0.disturbed }
    let used = quiet.count > rounds.count / 2 ? quiet : rounds.map { TimingRound(coldMs: $0.coldMs, warmMs: $0.warmMs) }
    return TimingAnalysis(used, lineup.contenders)
  }
}
