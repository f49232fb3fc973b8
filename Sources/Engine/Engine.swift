import Foundation
import HardwareRunner
import SourceIndex
import Store
import Synchronization

/// The agent engine of one workspace.
///
/// Starting and stopping return at once; what happens is told through the observer, event by event, after it was stored.
public final class Engine: Sendable {
  public let workspace: String
  /// One sentence each, with the next step: a read-only workspace, a damaged database moved aside, …
  public let notices: [String]

  let store: Store
  let environments: WorkspaceEnvironments
  private let log: EventLog
  private let queue = DeviceQueue()
  private let jobs = Mutex<[JobID: Job]>([:])

  /// Opens the workspace's store (off the language server's loop: it touches the disk).
  /// - Parameter observer: called on a thread of the engine's own, in order.
  public init(workspace: String, observer: @escaping @Sendable (EngineEvent) -> Void) throws {
    self.workspace = workspace
    let store = try Store.open(workspace: URL(fileURLWithPath: workspace))
    self.store = store
    notices = store.notices
    environments = WorkspaceEnvironments(workspace: workspace, store: store)
    log = EventLog(store: store, observer: observer)
    // Jobs of servers that died: marked once, offered for resumption from then on. A store that can't be written
    // has said so in its notices.
    _ = try? store.write { try $0.markInterrupted() }
  }

  /// Starts a job; a second job on the same op and kind gives the one under way.
  public func start(_ kind: JobKind, _ request: OpRequest) -> JobID {
    if let running = runningJob(kind, fingerprint: request.op.fingerprint, file: request.file) { return running.id }
    let job = Job(id: JobID(), kind: kind, request: request, log: log)
    jobs.withLock { $0[job.id] = job }
    let record = JobRecord(
      id: job.id.rawValue, kind: kind == .optimize ? .optimize : .profile, opFingerprint: job.fingerprint,
      file: request.file, opName: request.op.name, deviceFingerprint: environments.deviceFingerprint,
      request: StoredRequest(request).json, seed: UInt64.random(in: .min ... .max))
    job.post(.queued, before: { try $0.insert(record) })
    run(job, earlier: EarlierWork())
    return job.id
  }

  /// Takes up a job that a server did not live to finish, without repeating what was measured.
  public func resume(_ id: JobID, _ request: OpRequest) -> JobID {
    guard
      let adopted = try? store.write({ try $0.adopt(job: id.rawValue) }),
      adopted.opFingerprint == request.op.fingerprint
    else {
      return start(.optimize, request)
    }
    let kind: JobKind = adopted.kind == .profile ? .profile : .optimize
    let job = Job(id: id, kind: kind, request: request, log: log)
    jobs.withLock { $0[id] = job }
    run(job, earlier: EarlierWork(of: id, in: store))
    return id
  }

  private func run(_ job: Job, earlier: EarlierWork) {
    job.run { [self] job in
      try await queue.withTurn {
        job.post(.started)
        switch job.kind {
        case .profile:
          let work = ProfileJob(job: job, environments: environments, store: store)
          return try await work.run()
        case .optimize:
          let work = OptimizationJob(job: job, environments: environments, store: store, earlier: earlier)
          return try await work.run()
        }
      }
    } ended: { [self] in
      jobs.withLock { $0[job.id] = nil }
    }
  }

  private func runningJob(_ kind: JobKind, fingerprint: String, file: String) -> Job? {
    jobs.withLock { jobs in
      jobs.values.first {
        $0.kind == kind && $0.fingerprint == fingerprint && $0.request.file == file && !$0.hasEnded
      }
    }
  }

  /// Stops a job and every process of it; returns when the signals are sent (gone within 200 ms).
  public func cancel(_ id: JobID) {
    jobs.withLock { $0[id] }?.cancel()
  }

  /// Stops every job on ops of this file.
  public func cancelAll(file: String) {
    for job in jobs.withLock({ Array($0.values) }) where job.request.file == file { job.cancel() }
  }

  /// Stops everything, on shutdown, and leaves unfinished jobs to be resumed.
  public func close() {
    for job in jobs.withLock({ Array($0.values) }) { job.abandon() }
    log.drain()
    try? store.close()
  }
}

/// What of a request is kept for resumption; the document is the editor's to bring.
struct StoredRequest: Codable {
  var settings: EngineSettings
  var guidance: [String]

  init(_ request: OpRequest) {
    settings = request.settings
    guidance = request.guidance
  }

  var json: Data { (try? JSONEncoder().encode(self)) ?? Data("{}".utf8) }
}
