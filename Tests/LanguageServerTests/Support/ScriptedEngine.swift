import Engine
import Foundation
import HardwareRunner
import SourceIndex
import Synchronization
import TestSupport

@testable import LanguageServer

/// A fake: an engine that does nothing but what the test says, in the server's process. Jobs are numbered `job-1`,
/// `job-2`, …; their events are posted by the test.
final class ScriptedEngine: EngineService {
  static let now = Date(timeIntervalSince1970: 1_800_000_000)

  struct Started: Sendable {
    var job: JobID
    var kind: JobKind
    var request: OpRequest
    var resumes: Bool
  }

  private struct State {
    var observer: (@Sendable (EngineEvent) -> Void)?
    var started: [Started] = []
    var cancelled: [JobID] = []
    var closedFiles: [String] = []
    var isClosed = false
    var sequence = 0
  }

  private let state = Mutex(State())
  let notices: [String]
  private let stored: [OpRecord]
  private let failure: String?
  private let startedJobs = DispatchSemaphore(value: 0)
  private let stoppedJobs = DispatchSemaphore(value: 0)

  struct OpeningError: Error, CustomStringConvertible {
    var description: String
  }

  init(records: [OpRecord] = [], notices: [String] = [], failsToOpen failure: String? = nil) {
    stored = records
    self.notices = notices
    self.failure = failure
  }

  func open(workspace: String, observer: @escaping @Sendable (EngineEvent) -> Void) throws {
    if let failure { throw OpeningError(description: failure) }
    state.withLock { $0.observer = observer }
  }

  func records(file: String) -> [OpRecord] { stored.filter { $0.file == file } }

  func start(_ kind: JobKind, _ request: OpRequest) -> JobID {
    launch(kind, request, resuming: nil)
  }

  func resume(_ job: JobID, _ request: OpRequest) -> JobID {
    launch(.optimize, request, resuming: job)
  }

  private func launch(_ kind: JobKind, _ request: OpRequest, resuming: JobID?) -> JobID {
    let job = state.withLock { state in
      let job = resuming ?? JobID(rawValue: "job-\(state.started.count + 1)")
      state.started.append(Started(job: job, kind: kind, request: request, resumes: resuming != nil))
      return job
    }
    startedJobs.signal()
    return job
  }

  func cancel(_ job: JobID) {
    state.withLock { $0.cancelled.append(job) }
    stoppedJobs.signal()
  }

  func cancelAll(file: String) {
    state.withLock { $0.closedFiles.append(file) }
    stoppedJobs.signal()
  }

  func close() { state.withLock { $0.isClosed = true } }

  // MARK: For the test

  var started: [Started] { state.withLock { $0.started } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func waitForStart() -> Started? {
    startedJobs.wait(timeout: .now() + .seconds(Patience.seconds)) == .success ? started.last : nil
  }

  /// What was stopped: jobs by number, files by path.
  func waitForStop() -> [String] {
    guard stoppedJobs.wait(timeout: .now() + .seconds(Patience.seconds)) == .success else { return [] }
    return state.withLock { $0.cancelled.map(\.rawValue) + $0.closedFiles }
  }

  func post(_ body: EngineEvent.Body, to started: Started) {
    let (event, observer) = state.withLock { state in
      state.sequence += 1
      let event = EngineEvent(
        job: started.job, kind: started.kind, sequence: state.sequence, file: started.request.file,
        opName: started.request.op.name, fingerprint: started.request.op.fingerprint, date: Self.now, body: body)
      return (event, state.observer)
    }
    observer?(event)
  }
}
