/// Keeps candidate processes ready that have PyTorch loaded and nothing else, so that a candidate needn't wait for it.
/// A process serves one candidate and is never used again.
actor CandidatePool {
  /// What kind of process a candidate is loaded into.
  enum Memory: Sendable, Hashable {
    /// As the user will have it: for everything that is timed.
    case ordinary
    /// With guard pages around its buffers (``GuardedMemory``): for the gate `memory`.
    case guarded
  }

  private let reference: OpReference
  private let environment: RunnerEnvironment
  /// What isn't needed yet.
  private let background: BackgroundProcesses
  private var spares: [Memory: Task<(Worker, SharedArena), any Error>] = [:]
  private var guardedMemory: Task<GuardedMemory, any Error>?

  init(reference: OpReference, environment: RunnerEnvironment, background: BackgroundProcesses) {
    self.reference = reference
    self.environment = environment
    self.background = background
  }

  /// Starts the next process in the background. It takes a processor for a second or two.
  func prepare(_ memory: Memory = .ordinary) {
    guard spares[memory] == nil else { return }
    let (reference, environment, background) = (reference, environment, background)
    let library = memory == .guarded ? guards() : nil
    spares[memory] = Task {
      let policy = try await library?.value.policy
      let arena = try SharedArena(size: VerificationSession.arenaSize)
      let worker = try await Worker.launch(
        role: .candidate, environment: environment, workspace: reference.workspace, arena: arena, policy: policy,
        background: background)
      background.remove(worker.tree)
      if memory == .guarded && !worker.hasGuardedMemory {
        worker.terminate()
        throw EnvironmentProblem("the interpreter doesn't take the allocator with guard pages")
      }
      return (worker, arena)
    }
  }

  private func guards() -> Task<GuardedMemory, any Error> {
    if let guardedMemory { return guardedMemory }
    let environment = environment
    let task = Task {
      guard !environment.registry.isClosed else { throw WorkerFailure.terminated }
      return try await GuardedMemory(environment.toolchain)
    }
    guardedMemory = task
    return task
  }

  /// Returns when nothing is starting any more.
  func settle() async {
    for spare in spares.values { _ = await spare.result }
  }

  /// A process with `candidate` loaded and the weights in `state`.
  /// - Parameter isEarly: whether it isn't needed yet: it stays in the background until the caller takes it out.
  /// - Throws: ``WorkerFailure``; ``EnvironmentProblem`` where guarded memory can't be had.
  func load(
    _ candidate: String, state: StateBundle, memory: Memory = .ordinary, isEarly: Bool = false
  ) async throws -> CallWorker {
    prepare(memory)
    let ready = spares.removeValue(forKey: memory)
    guard let (worker, arena) = try await ready?.value else { throw WorkerFailure.terminated }
    let contender = CallWorker(role: .candidate, worker: worker, arena: arena)
    if isEarly { background.add(worker.tree) }
    do {
      let message = Worker.LoadMessage(
        reference: ReferenceMessage(reference), contender: ContenderRole.candidate.rawValue, candidate: candidate,
        describe: false)
      _ = try await worker.request("load", message, reply: NoBody.self, timeout: .seconds(120))
      try await contender.loadState(state)
    } catch {
      if isEarly { background.remove(worker.tree) }
      contender.terminate()
      throw error
    }
    return contender
  }

  func terminate() async {
    let last = spares.values
    spares = [:]
    for spare in last { if let (worker, _) = try? await spare.value { worker.terminate() } }
  }
}
