import CRunner
import Foundation
import Synchronization

/// One contender: a process that holds a model and is called with inputs from outside, under an outside clock.
///
/// Between calls the whole sandbox is frozen. The protocol of one call: the worker is let run, builds its tensors over
/// memory that does not hold the inputs yet and waits for *go*; it is frozen; the inputs are written; the clock is read
/// and the sandbox let run; it calls the model and says *done*; it is frozen, and when every thread of it has stopped
/// the clock is read again; then the outputs are copied out of the stopped process and the inputs looked at. So
/// no process of the contender ever runs while it could see the inputs and no clock is running.
public final class CallWorker: Sendable {
  public let role: ContenderRole
  let worker: Worker
  let arena: SharedArena
  let sequence = Mutex<UInt64>(0)
  /// Set for good when the kernel has refused to let us read the frozen process: bytes to poison for the worker's copies.
  let ownCopies = Mutex<Int?>(nil)
  let outputMemory = OutputMemory()

  init(role: ContenderRole, worker: Worker, arena: SharedArena) {
    self.role = role
    self.worker = worker
    self.arena = arena
  }

  /// Bytes to make an arena of, for tensors of these sizes: inputs at ever new places, the state one time, outputs once
  /// where they can't be read from outside. Sparse, so generous.
  public static func arenaSize(inputs: Int, state: Int, outputs: Int) -> Int {
    max(8 * inputs, inputs + (256 << 20)) + state + outputs + (1 << 20)
  }

  /// Starts a contender: loads the reference (and the candidate over it), builds the model with its constructor
  /// arguments, loads `state` strictly, and leaves it in `eval()`.
  /// - Parameters:
  ///   - candidateSource: text of a file that defines `ModelNew`; required for ``ContenderRole/candidate``, else nil.
  ///   - arena: the worker's own, with room for the state and for the inputs of a call.
  ///   - state: nil keeps what the constructor made.
  ///   - background: what it belongs to until this returns, if it isn't needed yet.
  /// - Throws: ``WorkerFailure``; `raised` when the file doesn't load or the state doesn't fit.
  public static func launch(
    role: ContenderRole, reference: OpReference, candidateSource: String?, environment: RunnerEnvironment,
    arena: SharedArena, state: StateBundle?, policy: SandboxPolicy? = nil, background: BackgroundProcesses? = nil,
    timeout: Duration = .seconds(120)
  ) async throws -> CallWorker {
    let workerRole: WorkerRole =
      switch role {
      case .eager, .compiled: .baseline
      case .candidate: .candidate
      case .null: .null
      }
    let worker = try await Worker.launch(
      role: workerRole, environment: environment, workspace: reference.workspace, arena: arena, policy: policy,
      background: background, timeout: timeout)
    let contender = CallWorker(role: role, worker: worker, arena: arena)
    do {
      let message = Worker.LoadMessage(
        reference: ReferenceMessage(reference), contender: role.rawValue, candidate: candidateSource, describe: false)
      _ = try await worker.request("load", message, reply: NoBody.self, timeout: timeout)
      if let state, role != .null { try await contender.loadState(state) }
    } catch {
      worker.terminate()
      throw error
    }
    background?.remove(worker.tree)
    return contender
  }

  /// `model.train(training)`. A new model is in `eval()`.
  public func setTraining(_ training: Bool, timeout: Duration = .seconds(30)) async throws {
    struct Body: Encodable, Sendable { var training: Bool }
    _ = try await worker.request("set_training", Body(training: training), reply: NoBody.self, timeout: timeout)
  }

  /// `load_state_dict(strict=True)`, or what an optimizer's step does to the weights between calls.
  /// - Parameter asTraining: changes the tensors in place under `no_grad`, which no hook hears of.
  /// - Throws: ``WorkerFailure/raised(kind:message:line:traceback:)`` when keys, shapes or types differ.
  public func loadState(
    _ state: StateBundle, asTraining: Bool = false, timeout: Duration = .seconds(60)
  ) async throws {
    struct Body: Encodable, Sendable {
      var entries: [NamedLayout]
      var asTraining: Bool
      enum CodingKeys: String, CodingKey {
        case entries
        case asTraining = "as_training"
      }
    }
    let start = arena.tensorRange.lowerBound
    try arena.write(state.bytes, at: start)
    let entries = state.entries.map { NamedLayout(name: $0.name, layout: $0.layout.moved(by: start)) }
    _ = try await worker.request(
      "load_state", Body(entries: entries, asTraining: asTraining), reply: NoBody.self, timeout: timeout)
  }

  /// `torch.set_num_threads`.
  public func setThreads(_ count: Int, timeout: Duration = .seconds(30)) async throws {
    struct Body: Encodable, Sendable { var threads: Int }
    _ = try await worker.request("set_threads", Body(threads: count), reply: NoBody.self, timeout: timeout)
  }

  /// ``ContenderRole/null`` only: makes the tensors that its calls give back.
  public func setNullOutputs(_ outputs: [TensorLayout], timeout: Duration = .seconds(30)) async throws {
    struct Body: Encodable, Sendable {
      var outputs: [TensorLayout]
      var offset: Int
    }
    let body = Body(outputs: outputs, offset: arena.tensorRange.lowerBound)
    _ = try await worker.request("null_outputs", body, reply: NoBody.self, timeout: timeout)
  }

  /// ``ContenderRole/null`` only: whether its calls read their inputs and write their outputs, as they do at first.
  package func setNullTouches(_ touches: Bool, timeout: Duration = .seconds(30)) async throws {
    struct Body: Encodable, Sendable { var touches: Bool }
    _ = try await worker.request("null_touches", Body(touches: touches), reply: NoBody.self, timeout: timeout)
  }

  /// One call. The first of a compiled contender compiles: allow it minutes.
  /// - Throws: ``WorkerFailure``. After `raised` and `outOfMemory` the worker can be called again.
  public func call(
    _ inputs: CallInputs, mode: CallMode = .inference, options: CallOptions = CallOptions()
  ) async throws -> CallResult {
    try await worker.thread.run { [self] in
      try worker.guarded {
        do {
          return try timedCall(inputs, mode, options)
        } catch FrozenProcess.Problem.needsRoom(let bytes) {
          ownCopies.withLock { $0 = bytes }
          return try timedCall(inputs, mode, options)
        }
      }
    }
  }

  /// Kills the process and all its descendants. Returns at once; idempotent.
  public func terminate() { worker.terminate() }

  /// The end of what the process printed.
  public var printed: String { worker.printed }

  /// Whether it can be called (again).
  public var isUsable: Bool { worker.isUsable }
}
