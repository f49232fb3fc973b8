import Foundation

extension VerificationSession {
  /// The full protocol: every gate, then the timing.
  /// - Throws: ``VerificationProblem`` or ``EnvironmentProblem`` when nothing can be said; whatever a candidate does is
  ///   a verdict, never an error.
  public func verify(_ candidate: CandidateSource) async throws -> Verification {
    try await exclusively {
      let result = try await self.judged(candidate)
      // Not before: starting the next processes would take a processor from the gates.
      await pool.prepare()
      await pool.prepare(.guarded)
      return result
    }
  }

  private func judged(_ source: CandidateSource) async throws -> Verification {
    var result = Verification(
      verdict: .inconclusive, summary: "", device: device.name, deviceFingerprint: device.fingerprint,
      gates: [admissionGate], policy: policy.version)
    var labels = Set(source.labels)
    if let admissionLabel { labels.insert(admissionLabel) }
    if !environment.sandbox.isSandboxed { labels.insert(.unsandboxed) }

    let screen = Screen(candidate: source.source, reference: reference.source, types: reference.inputs.types)
    labels.formUnion(screen.labels)
    result.gates.append(gate(screen))
    func finish(_ fault: Fault) -> Verification {
      if !result.gates.contains(where: { $0.name == fault.gate && !$0.passed }) {
        result.gates.append(Gate(name: fault.gate, passed: false, detail: fault.detail))
      }
      result.verdict = fault.verdict
      result.summary = fault.detail
      result.counterexample = fault.counterexample
      return ordered(result, labels)
    }
    if let problem = screen.problem { return finish(Fault(.wrong, gate: "screen", detail: problem)) }

    do {
      progress(.init(gate: "load", message: "loading the candidate", fraction: 0.05))
      let process = try await load(source)
      defer { process.terminate() }
      result.gates.append(
        Gate(name: "load", passed: true, detail: "Takes the op's constructor arguments and its state_dict, strictly."))
      guard admission.isJudgeable else {
        result.summary = admissionGate.detail
        return ordered(result, labels)
      }
      let run = correctness(process, of: source)
      let guarded = Task { try await self.load(source, memory: .guarded) }
      defer { Task { try? await guarded.value.terminate() } }
      let report = try await run.runAll(initial: state, settings: settings) { await guarded.result }
      result.gates += report.gates
      labels.formUnion(report.labels)
      result.errorRatio = report.errorRatio.map { min($0, .greatestFiniteMagnitude) }
      result.inputsTried = report.inputsTried
      if let fault = report.fault { return finish(fault) }
      guard admissionGate.passed else {
        result.summary = admissionGate.detail
        return ordered(result, labels)
      }
      try await time(source, process, &result)
    } catch let error as FaultError {
      return finish(error.fault)
    }
    return ordered(result, labels)
  }

  private func ordered(_ result: Verification, _ labels: Set<Label>) -> Verification {
    var result = result
    result.labels = Label.allCases.filter(labels.contains)
    return result
  }

  private func gate(_ screen: Screen) -> Gate {
    var detail = "It is \(screen.kind)."
    if screen.labels.contains(.precisionChange) { detail += " It names a lower precision than the op does." }
    if !screen.suspicious.isEmpty { detail += " It mentions \(screen.suspicious.joined(separator: ", "))." }
    return Gate(name: "screen", passed: screen.problem == nil, detail: screen.problem ?? detail)
  }

  /// Starts a process with the candidate in it.
  /// - Parameter isEarly: as in ``CandidatePool``.
  func load(
    _ source: CandidateSource, memory: CandidatePool.Memory = .ordinary, isEarly: Bool = false
  ) async throws -> CandidateProcess {
    do {
      let worker = try await pool.load(source.source, state: state, memory: memory, isEarly: isEarly)
      return CandidateProcess(worker: worker, firstCallTimeout: policy.compilingCallTimeout)
    } catch let failure as WorkerFailure {
      let isGuarded = memory == .guarded
      throw try CandidateProcess.blame(
        failure, gate: isGuarded ? "memory" : "load",
        doing: isGuarded ? "when it is loaded with guarded memory" : "when it is loaded")
    }
  }

  /// Seconds that a call of a candidate may take.
  func callTimeout(of source: CandidateSource) -> Double {
    Screen.usesCompile(source.source)
      ? policy.compilingCallTimeout : max(policy.callTimeout, policy.callTimeoutFactor * eagerSeconds)
  }

  func correctness(_ process: CandidateProcess, of source: CandidateSource) -> CorrectnessRun {
    let progress = progress
    return CorrectnessRun(
      candidate: process, oracle: oracle, admission: admission, policy: policy,
      callTimeout: callTimeout(of: source), threads: environment.threads,
      // The operating system's seeds are drawn now, when the candidate has been loaded.
      seeds: SeedSource(fixed: policy.seed)
    ) { gate, message in
      let fraction = 0.1 + 0.04 * Double(Self.position(of: gate))
      progress(.init(gate: gate, message: "checking: \(message)", fraction: fraction))
    }
  }

  private static func position(of gate: String) -> Int {
    let order = [
      "oracle", "inputs", "replay", "shapes", "strides", "weights", "determinism", "gradients", "effects", "memory",
    ]
    return order.firstIndex(of: gate) ?? 0
  }

  // MARK: Timing

  private func time(_ source: CandidateSource, _ process: CandidateProcess, _ result: inout Verification) async throws {
    let timed = try await timed(source, process)
    fill(&result, timed.outcome, timed.lineup, timed.compileUnavailable, timed.checked)
    await judgeRoof(source, &result)
  }

  private func fill(
    _ result: inout Verification, _ outcome: TimingProtocol.Outcome, _ lineup: LiveTiming.Lineup,
    _ unavailable: String?, _ checked: (all: Int, full: Int)
  ) {
    let analysis = outcome.analysis
    let decision = TimingDecision(outcome, policy: policy)
    let state = analysis.headline?.state ?? .warm
    func summary(_ index: Int) -> TimingSummary {
      let process = analysis.smallest(against: index, state)?.process ?? index
      let interval = analysis.median(process, state)
      return TimingSummary(
        name: lineup.contenders.names[index], medianMs: interval?.estimate,
        ci95Ms: interval.map { [$0.low, $0.high] } ?? [])
    }
    result.baselines = lineup.contenders.baselines.map(summary)
    if let unavailable {
      result.baselines.append(
        TimingSummary(name: "torch.compile", medianMs: nil, ci95Ms: [], unavailable: unavailable))
    }
    result.candidate = summary(lineup.contenders.candidate)
    for baseline in lineup.contenders.baselines {
      guard let ratio = analysis.smallest(against: baseline).map(analysis.stated) else { continue }
      result.speedupVs[lineup.contenders.names[baseline]] = Speedup(
        ratio: ratio.estimate, low: ratio.low, high: ratio.high)
    }
    result.verdict = decision.verdict
    result.summary = decision.detail
    if decision.verdict == .verified, let ratio = analysis.headline.map(analysis.stated) {
      result.speedup = Speedup(ratio: ratio.estimate, low: ratio.low, high: ratio.high)
    }
    result.gates.append(
      Gate(
        name: "timing", passed: decision.verdict == .verified, detail: decision.detail,
        figures: figures(outcome, lineup, checked)))
  }

  private func figures(
    _ outcome: TimingProtocol.Outcome, _ lineup: LiveTiming.Lineup, _ checked: (all: Int, full: Int)
  ) -> [String: Double] {
    let analysis = outcome.analysis
    var figures: [String: Double] = [
      "pairs": Double(analysis.rounds), "disturbed": Double(analysis.disturbed),
      "warmup_rounds": Double(outcome.warmup),
      "null_us": analysis.nullMs[.warm, default: 0] * 1e3, "null_cold_us": analysis.nullMs[.cold, default: 0] * 1e3,
      "noise_band_percent": (exp(analysis.noiseBand) - 1) * 100, "outlier_share": analysis.outliers,
      "outputs_checked": Double(checked.all), "outputs_fully_checked": Double(checked.full),
      "stopped_precise": outcome.stop == .precise ? 1 : 0, "sets_of_processes": Double(max(outcome.sets.count, 1)),
    ]
    for state in CacheState.allCases {
      if let noise = analysis.headline.flatMap({ analysis.noise[$0.baseline]?[state] }) {
        figures["noise_band_\(state.rawValue)_percent"] = (noise.ratio - 1) * 100
      }
      figures["candidate_\(state.rawValue)_ms"] = analysis.median(lineup.contenders.candidate, state)?.estimate
      for baseline in lineup.contenders.baselines {
        let name = lineup.contenders.names[baseline].replacing(".", with: "_")
        let smallest = analysis.smallest(against: baseline, state)
        figures["\(name)_\(state.rawValue)_ms"] = analysis.median(smallest?.process ?? baseline, state)?.estimate
        figures["speedup_vs_\(name)_\(state.rawValue)"] = smallest?.ratio.estimate
      }
    }
    return figures
  }

  /// A result that the memory could not have delivered is no result. The device may have had company when it was measured:
  /// before anybody is refused for it, it is measured once more.
  private func judgeRoof(_ source: CandidateSource, _ result: inout Verification) async {
    let bytes = source.minimumBytes ?? admission.bytes + admission.weightBytes + admission.outputBytes
    let times = result.gates.last?.figures ?? [:]
    let measured = times["candidate_warm_ms"]
    func floorOn(_ device: DeviceFacts) -> RooflineFloor? {
      RooflineFloor(bytes: bytes, flops: source.minimumFlops, roof: device.roof(for: bytes))
    }
    guard let measured, var floor = floorOn(device) else {
      result.gates.append(
        Gate(name: "roofline", passed: true, detail: "Not checked: this device's memory has not been measured."))
      return
    }
    if !floor.gate(measuredMs: measured).passed, let again = try? await DeviceFacts.measure(environment: environment) {
      let machine = MeasuredDevice(fingerprint: again.fingerprint, torchVersion: environment.python.torchVersion)
      floor = floorOn(device.refined(by: machine.add(again))) ?? floor
    }
    var gate = floor.gate(measuredMs: measured)
    // With cold caches everything comes from main memory, whatever level would hold it.
    if let cold = times["candidate_cold_ms"], cold > 0, let memory = device.bandwidth.last {
      gate.figures["cold_fraction_of_memory_bandwidth"] = Double(bytes) / (memory.gbPerSecond * 1e6) / cold
    }
    result.gates.append(gate)
    guard !gate.passed else { return }
    result.verdict = .cheating
    result.summary = gate.detail
    result.speedup = nil
  }
}
