import Foundation

/// Judges candidates for one op. It keeps the oracle and the baselines warm between candidates, and runs one thing at
/// a time, so that nothing that is timed has company.
///
/// A candidate lives in a process of its own for the length of one ``rank(_:)`` or ``verify(_:)``.
public actor VerificationSession {
  let reference: OpReference
  let environment: RunnerEnvironment
  let device: DeviceFacts
  let policy: VerificationPolicy
  let progress: @Sendable (VerificationProgress) -> Void
  let oracle: Oracle
  let admission: OracleMessages.Admission
  let baselines: Baselines
  let pool: CandidatePool
  let background = BackgroundProcesses()
  /// The weights that every contender starts with.
  let state: StateBundle
  /// What holds for the whole program once the user's own code has run in it, and before.
  let settings: [[String: String]]
  /// What the quick look at timed outputs goes by.
  let quick: TimedOutputCheck
  /// Median of a few calls of the user's own code, null call subtracted, and what else was found at the start.
  let eagerSeconds: Double
  let admissionGate: Gate
  let admissionLabel: Label?
  private var busy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var closed = false

  /// Bytes of every arena. They are sparse: only what is touched takes memory.
  static let arenaSize = 16 << 30

  /// An op whose own code takes less can't be timed to a per cent from outside: the clock's own error is some
  /// microseconds a call (docs/timing.md).
  static let smallestMeasurable = 50e-6

  /// Starts the oracle, the user's own code and the null worker, and admits the op.
  /// - Parameters:
  ///   - device: measured facts bring the roofline gate; unmeasured ones leave it out.
  ///   - quiet: waited for before anything is timed: what may go on while processes load PyTorch has to end in it.
  ///   - progress: called from any thread.
  /// - Throws: ``VerificationProblem`` or ``EnvironmentProblem`` when nothing could be said of any candidate.
  public init(
    reference: OpReference, environment: RunnerEnvironment, device: DeviceFacts, policy: VerificationPolicy,
    quiet: @Sendable () async -> Void = {}, progress: @escaping @Sendable (VerificationProgress) -> Void
  ) async throws {
    self.reference = reference
    self.environment = environment
    self.device = device
    self.policy = policy
    self.progress = progress
    pool = CandidatePool(reference: reference, environment: environment, background: background)
    progress(.init(gate: "prepare", message: "starting the oracle and the baselines", fraction: 0))
    async let eagerLaunch = Baselines.launch(.eager, reference, environment)
    let oracleStart = Result { try SharedArena(size: Self.arenaSize) }
    do {
      let arena = try oracleStart.get()
      let worker = try await Worker.launch(
        role: .oracle, environment: environment, workspace: reference.workspace, arena: arena)
      oracle = Oracle(worker: worker, arena: arena)
      _ = try await worker.load(reference)
    } catch let failure as WorkerFailure {
      (try? await eagerLaunch)?.terminate()
      throw Self.problem(failure)
    }
    let eager: CallWorker
    do {
      eager = try await eagerLaunch
    } catch let failure as WorkerFailure {
      oracle.terminate()
      throw Self.problem(failure)
    }
    // What is needed once the op was looked at loads PyTorch while it is.
    let null = Task { [background] in
      try await Baselines.launch(.null, reference, environment, background: background)
    }
    await pool.prepare()
    do {
      await quiet()
      var seeds = SeedSource(fixed: policy.seed)
      let opened = try await Self.open(oracle, eager, policy, &seeds, background)
      admission = opened.admission
      state = opened.state
      quick = opened.quick
      baselines = Baselines(
        eager: eager, reference: reference, environment: environment, policy: policy, state: opened.state,
        outputs: opened.outputs, example: opened.example, background: background)
      await baselines.useNull(null)
      let nullCall = try await baselines.nullCall()
      settings = [try await eager.settings(), try await baselines.untouchedSettings()]
      eagerSeconds = max(opened.eagerSeconds - nullCall.least, 0)
      (admissionGate, admissionLabel) = Self.judge(
        opened.admission, opened.unstable, eagerSeconds: eagerSeconds, nullSeconds: nullCall.cost)
      if admissionGate.passed { await baselines.startTimed(eagerSeconds: eagerSeconds) }
    } catch {
      eager.terminate()
      oracle.terminate()
      background.terminate()
      await pool.terminate()
      (try? await null.value)?.terminate()
      if let failure = error as? WorkerFailure { throw Self.problem(failure) }
      throw error
    }
  }

  /// Name and seconds of the user's own code, as a first impression from a few calls (minimum, null call subtracted).
  public nonisolated var baselineSummary: TimingSummary {
    TimingSummary(name: "eager", medianMs: eagerSeconds * 1e3, ci95Ms: [])
  }

  /// Ends all processes of the session. Idempotent; anything under way ends with ``VerificationProblem/stopped``.
  public func close() async {
    closed = true
    oracle.terminate()
    background.terminate()
    await baselines.terminate()
    await pool.terminate()
  }

  // MARK: One at a time

  /// Runs `body` when everything before it is done.
  func exclusively<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    while busy { await withCheckedContinuation { waiting.append($0) } }
    guard !closed else { throw VerificationProblem.stopped }
    busy = true
    defer {
      busy = false
      let next = waiting
      waiting = []
      for continuation in next { continuation.resume() }
    }
    return try await body()
  }

  // MARK: Opening

  private struct Opened {
    var admission: OracleMessages.Admission
    var state: StateBundle
    var quick: TimedOutputCheck
    var outputs: [TensorLayout]
    var example: CallInputs
    var eagerSeconds: Double
    /// Why the user's own code, in another process, doesn't give what the oracle says; nil when it does.
    var unstable: String?
  }

  private static func open(
    _ oracle: Oracle, _ eager: CallWorker, _ policy: VerificationPolicy, _ seeds: inout SeedSource,
    _ background: BackgroundProcesses
  ) async throws -> Opened {
    let admission = try await oracle.admit(factor: policy.errorFactor, seeds: &seeds)
    let state = try await oracle.state(seed: nil) ?? StateBundle(bytes: [], entries: [])
    try await eager.loadState(state)
    let wanted = InputCase(gate: "admission", name: "as given", required: true)
    let check = OutputCheck(oracle: oracle, policy: policy)
    var cases: [OracleCase] = []
    var times: [Double] = []
    var unstable: String?
    for number in 0..<5 {
      if number > 1 {
        // Only the time matters any more.
        let inputs = cases[number % 2].inputs
        times.append(try await background.whileQuiet { try await eager.call(inputs).elapsed })
        continue
      }
      // What these say of errors holds for all timed calls.
      var drawn = try await oracle.draw(wanted, seed: seeds.next(), slot: number % 2, runs: 6)
      let inputs = drawn.inputs
      let result = try await eager.call(inputs)
      times.append(result.elapsed)
      if unstable == nil { unstable = try await check.check(result, &drawn).fault?.detail }
      cases.append(drawn)
    }
    // Now: what is known of a case lies in the arena until its slot is used again.
    let quick = try TimedOutputCheck(cases, factor: policy.errorFactor)
    return Opened(
      admission: admission, state: state, quick: quick,
      outputs: cases[0].results.map { TensorLayout(contiguous: $0.dtype, shape: $0.shape) },
      example: cases[0].inputs.copied, eagerSeconds: times.min() ?? 0, unstable: unstable)
  }

  static func problem(_ failure: WorkerFailure) -> any Error {
    switch failure {
    case .raised(let kind, _, _, _) where kind == "OpProblem" || kind == "Unusable":
      VerificationProblem.referenceDoesNotLoad(failure.description)
    case .raised: VerificationProblem.referenceRaises(failure.description)
    case .terminated: VerificationProblem.stopped
    case .launchFailed(let detail): EnvironmentProblem(detail)
    default: VerificationProblem.workerFailed(failure.description)
    }
  }

  /// The admission gate: whether a speed-up of this op would mean anything.
  private static func judge(
    _ admission: OracleMessages.Admission, _ unstable: String?, eagerSeconds: Double, nullSeconds: Double
  ) -> (Gate, Label?) {
    var figures = [
      "input_bytes": Double(admission.bytes), "output_bytes": Double(admission.outputBytes),
      "weight_bytes": Double(admission.weightBytes), "eager_ms": eagerSeconds * 1e3, "null_us": nullSeconds * 1e6,
    ]
    figures["float64_oracle"] = admission.noFloat64 == nil ? 1 : 0
    func failed(_ detail: String, _ label: Label? = nil) -> (Gate, Label?) {
      (Gate(name: "admission", passed: false, detail: detail, figures: figures), label)
    }
    if let number = admission.changedInputs.first {
      return failed("The op changes its input \(number) in place: such ops can't be judged yet.")
    }
    if let random = admission.random { return failed("The op is random: \(random).") }
    if let degenerate = admission.degenerate {
      return failed("A speed-up of this op would mean nothing: \(degenerate).", .degenerateOp)
    }
    if let unstable {
      return failed("The op gives other results in another process: \(unstable)")
    }
    if eagerSeconds < smallestMeasurable {
      let times = Int((smallestMeasurable / max(eagerSeconds, 1e-6)).rounded(.up))
      let size =
        admission.batch > 0 ? "a first extent of \(admission.batch * times)" : "inputs \(times) times as large"
      return failed(
        String(format: "Too small to measure: %.0f µs a call; %@ would do.", eagerSeconds * 1e6, size), .tooSmall)
    }
    return (
      Gate(
        name: "admission", passed: true,
        detail: "The op's output depends on its inputs and weights, and takes long enough to be measured.",
        figures: figures), nil
    )
  }
}
