import Foundation
import HardwareRunner
import SourceIndex
import Store
import Synchronization

/// One job under way: its task, its processes, and its numbered events.
final class Job: Sendable {
  let id: JobID
  let kind: JobKind
  let request: OpRequest
  /// Every process of the job is in here, so that stopping is one call.
  let registry = ProcessRegistry()

  private let log: EventLog
  private struct State {
    var task: Task<Void, Never>?
    var sequence = 0
    var ended = false
  }
  private let state = Mutex(State())

  init(id: JobID, kind: JobKind, request: OpRequest, log: EventLog) {
    self.id = id
    self.kind = kind
    self.request = request
    self.log = log
  }

  var fingerprint: String { request.op.fingerprint }

  var hasEnded: Bool { state.withLock { $0.ended } }

  /// Tells of something that happened; nothing is told after the job's end, so the first end is the one that counts.
  func post(_ body: EngineEvent.Body, before changes: EventLog.Changes? = nil) {
    state.withLock { state in
      guard !state.ended else { return }
      state.sequence += 1
      let event = EngineEvent(
        job: id, kind: kind, sequence: state.sequence, file: request.file, opName: request.op.name,
        fingerprint: fingerprint, date: Date(), body: body)
      state.ended = event.isFinal
      // Posted under the lock, so that the log's order is the sequence's.
      log.post(event, before: changes)
    }
  }

  /// Starts the work, unless the job was cancelled meanwhile.
  func run(
    _ work: @escaping @Sendable (Job) async throws -> EngineEvent.Body, ended: @escaping @Sendable () -> Void
  ) {
    let task = Task(executorPreference: BackgroundExecutor.shared) { [self] in
      do {
        let result = try await work(self)
        post(result)
      } catch is CancellationError {
        post(.cancelled)
      } catch {
        let code = (error as? EngineError)?.code ?? .environment
        post(Task.isCancelled ? .cancelled : .failed("\(error)", code))
      }
      registry.killAll()
      ended()
    }
    let alreadyEnded = state.withLock { state in
      state.task = task
      return state.ended
    }
    if alreadyEnded { task.cancel() }
  }

  /// Stops the work and kills every process of it at once.
  func cancel() {
    post(.cancelled)
    state.withLock { $0.task }?.cancel()
    registry.killAll()
  }

  /// Stops the work without giving the job an end, as a server does that is told to exit: the next one offers to
  /// resume it.
  func abandon() {
    let task = state.withLock { state in
      state.ended = true
      return state.task
    }
    task?.cancel()
    registry.killAll()
  }
}
