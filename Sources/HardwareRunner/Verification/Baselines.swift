import Foundation

/// The contenders that hold the user's own code, and the one that does nothing. They are started once and stay.
actor Baselines {
  let eager: CallWorker
  private let reference: OpReference
  private let environment: RunnerEnvironment
  private let policy: VerificationPolicy
  private let state: StateBundle
  private let outputs: [TensorLayout]
  let example: CallInputs
  /// What is being got ready for later.
  private let background: BackgroundProcesses
  private var null: Task<CallWorker, any Error>?
  private var twin: Task<CallWorker, any Error>?
  private var compiled: Task<CallWorker, any Error>?
  private var compiledTwin: Task<CallWorker, any Error>?
  /// Every worker that was started, so that none outlives the session, whatever it is in the middle of.
  private var started: [CallWorker] = []
  private var closed = false
  private var knownNull: NullCall?

  init(
    eager: CallWorker, reference: OpReference, environment: RunnerEnvironment, policy: VerificationPolicy,
    state: StateBundle, outputs: [TensorLayout], example: CallInputs, background: BackgroundProcesses
  ) {
    self.eager = eager
    self.reference = reference
    self.environment = environment
    self.policy = policy
    self.state = state
    self.outputs = outputs
    self.example = example
    self.background = background
  }

  private func keep(_ worker: CallWorker) {
    started.append(worker)
    if closed { worker.terminate() }
  }

  static func launch(
    _ role: ContenderRole, _ reference: OpReference, _ environment: RunnerEnvironment, state: StateBundle? = nil,
    background: BackgroundProcesses? = nil
  ) async throws -> CallWorker {
    try await CallWorker.launch(
      role: role, reference: reference, candidateSource: nil, environment: environment,
      arena: SharedArena(size: VerificationSession.arenaSize), state: state, background: background)
  }

  /// Takes the null worker that is being started.
  func useNull(_ launch: Task<CallWorker, any Error>) {
    let outputs = outputs
    null = Task {
      let worker = try await launch.value
      keep(worker)
      try await worker.setNullOutputs(outputs)
      return worker
    }
  }

  /// Starts in the background, one after the other, what only timing needs: the twin and the compiled baseline, and a second
  /// process of that where a few calls say that it may be the fastest baseline.
  /// - Parameter eagerSeconds: of a call of the user's own code.
  func startTimed(eagerSeconds: Double) {
    guard twin == nil else { return }
    let (reference, environment, state, background) = (reference, environment, state, background)
    let twin = Task {
      let worker = try await Self.launch(.eager, reference, environment, state: state, background: background)
      keep(worker)
      return worker
    }
    self.twin = twin
    guard policy.usesCompile else {
      hasCompiled = true
      return
    }
    compiled = Task {
      defer { hasCompiled = true }
      _ = await twin.result
      await InductorCache(environment.python, environment.toolchain).look(in: environment, background)
      let (worker, seconds) = try await launchCompiled(calls: 3)
      if seconds * Self.company < eagerSeconds { startCompiledTwin() }
      return worker
    }
  }

  /// What other processes that load or compile beside a call leave of its speed.
  private static let company = 0.5

  /// Starts in the background, once, a second process of `torch.compile`: where that is the fastest baseline, what is claimed
  /// over it needs one.
  func startCompiledTwin() {
    guard let compiled, compiledTwin == nil else { return }
    compiledTwin = Task {
      defer { hasCompiledTwin = true }
      _ = try await compiled.value
      return try await launchCompiled(calls: 0).worker
    }
  }

  /// Whether ``compiledBaselineTwin()`` need not be waited for.
  private(set) var hasCompiledTwin = false

  /// The second process of `torch.compile`; nil where there is none.
  func compiledBaselineTwin() async -> CallWorker? { try? await compiledTwin?.value }

  /// `torch.compile` of the user's code in a process started now, compiled, and the seconds of the quickest of some calls.
  /// - Throws: ``WorkerFailure``.
  private func launchCompiled(calls: Int) async throws -> (worker: CallWorker, seconds: Double) {
    let worker = try await Self.launch(.compiled, reference, environment, state: state, background: background)
    keep(worker)
    background.add(worker.worker.tree)
    defer { background.remove(worker.worker.tree) }
    do {
      // Any of them may have to wait while others are timed.
      let options = CallOptions(timeout: .seconds(policy.compileTimeout))
      _ = try await worker.call(example, options: options)
      var seconds = Double.infinity
      for _ in 0..<calls { seconds = min(seconds, try await worker.call(example, options: options).elapsed) }
      return (worker, seconds)
    } catch {
      worker.terminate()
      throw error
    }
  }

  /// The null call as it was when first asked for: good enough for ranking.
  func nullCall() async throws -> NullCall {
    if let knownNull { return knownNull }
    let first = try await measureNullCall(times: 15)
    knownNull = first
    return first
  }

  /// The null call here and now, in a worker that never loaded a candidate.
  private func measureNullCall(times: Int) async throws -> NullCall {
    guard let null else { throw VerificationProblem.stopped }
    let worker = try await null.value
    // A timing before this one may have had it touch nothing.
    try await worker.setNullTouches(true)
    return try await background.whileQuiet { [example] in
      try await NullCall.measure(in: worker, on: example, times: times)
    }
  }

  /// The null worker, set to do what every one of these contenders does at least; see ``NullCall``.
  func nullWorker(besides contenders: [CallWorker]) async throws -> (worker: CallWorker, touches: Bool) {
    guard let null else { throw VerificationProblem.stopped }
    let call = try await measureNullCall(times: 7)
    let least = await background.whileQuiet { [example] in await Self.quickest(contenders, on: example) }
    let touches = least.map(call.isTouched) ?? true
    let worker = try await null.value
    if !touches { try await worker.setNullTouches(false) }
    return (worker, touches)
  }

  /// Seconds of the quickest of a few calls of any of these, nothing taken off. Their failures are found out later.
  private static func quickest(_ workers: [CallWorker], on example: CallInputs) async -> Double? {
    var least: Double?
    for worker in workers {
      for _ in 0..<3 {
        guard let result = try? await worker.call(example) else { break }
        least = min(least ?? .infinity, result.elapsed)
      }
    }
    return least
  }

  /// Settings of a process that has run nobody's code.
  func untouchedSettings() async throws -> [String: String] {
    guard let null else { throw VerificationProblem.stopped }
    return try await null.value.settings()
  }

  /// The second process of the user's own code.
  func eagerTwin() async throws -> CallWorker {
    guard let twin else { throw VerificationProblem.stopped }
    return try await twin.value
  }

  /// Whether ``compiledBaseline()`` need not be waited for.
  private(set) var hasCompiled = false

  /// `torch.compile` of the user's code once it is there; or why it can't be had.
  func compiledBaseline() async -> (worker: CallWorker?, unavailable: String?) {
    guard let compiled else { return (nil, "turned off") }
    switch await compiled.result {
    case .success(let worker): return (worker, nil)
    case .failure(let error):
      if case WorkerFailure.timedOut(let seconds) = error {
        return (nil, "torch.compile took longer than \(Int(seconds)) s")
      }
      let text = (error as? WorkerFailure)?.description ?? "\(error)"
      return (nil, String(text.split(separator: "\n").first ?? "it failed").prefix(300).description)
    }
  }

  func terminate() {
    closed = true
    eager.terminate()
    for worker in started { worker.terminate() }
  }
}
