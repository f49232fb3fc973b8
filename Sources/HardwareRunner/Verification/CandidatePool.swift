/// Keeps one candidate process ready that has PyTorch loaded and nothing else, so that a candidate needn't wait for it.
/// A process serves one candidate and is never used again.
actor CandidatePool {
  private let reference: OpReference
  private let environment: RunnerEnvironment
  private var spare: Task<(Worker, SharedArena), any Error>?

  init(reference: OpReference, environment: RunnerEnvironment) {
    self.reference = reference
    self.environment = environment
  }

  /// Starts the next process in the background. It takes a processor for a second or two: not while anything is timed.
  func prepare() {
    guard spare == nil else { return }
    let (reference, environment) = (reference, environment)
    spare = Task {
      let arena = try SharedArena(size: VerificationSession.arenaSize)
      let worker = try await Worker.launch(
        role: .candidate, environment: environment, workspace: reference.workspace, arena: arena)
      return (worker, arena)
    }
  }

  /// Returns when nothing is starting any more.
  func settle() async {
    _ = await spare?.result
  }

  /// A process with `candidate` loaded and the weights in `state`.
  /// - Throws: ``WorkerFailure``.
  func load(_ candidate: String, state: StateBundle) async throws -> CallWorker {
    prepare()
    let ready = spare
    spare = nil
    guard let (worker, arena) = try await ready?.value else { throw WorkerFailure.terminated }
    let contender = CallWorker(role: .candidate, worker: worker, arena: arena)
    do {
      let message = Worker.LoadMessage(
        reference: ReferenceMessage(reference), contender: ContenderRole.candidate.rawValue, candidate: candidate,
        describe: false)
      _ = try await worker.request("load", message, reply: NoBody.self, timeout: .seconds(120))
      try await contender.loadState(state)
    } catch {
      contender.terminate()
      throw error
    }
    return contender
  }

  func terminate() async {
    let last = spare
    spare = nil
    if let (worker, _) = try? await last?.value { worker.terminate() }
  }
}
