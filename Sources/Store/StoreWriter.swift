public import Foundation
import GRDB

/// Changes to the store; all changes made inside one `Store.write` are kept together or not at all.
public struct StoreWriter {
  let database: Database

  /// Questions that see what this transaction has changed so far.
  public var reader: StoreReader { StoreReader(database: database) }

  // MARK: Ops and devices

  /// Notes that the op stands in the file, so that its results are found again by file and name.
  public func saw(opFingerprint: String, file: String, name: String, at date: Date = Date()) throws {
    try database.execute(
      sql: """
        INSERT INTO op (fingerprint, file, name, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?4)
        ON CONFLICT DO UPDATE SET last_seen = MAX(last_seen, excluded.last_seen)
        """,
      arguments: [opFingerprint, file, name, date.timeIntervalSinceReferenceDate])
  }

  /// Adds the device or renews what is known of it.
  public func save(_ device: DeviceRecord) throws {
    try device.upsert(database)
  }

  /// Adds the inputs, or renews their date when the same were seen before.
  public func save(_ input: RecordedInputRecord) throws {
    try input.upsert(database)
  }

  /// Remembers an idea that led nowhere; a later reason replaces an earlier one.
  public func save(_ rejection: RejectionRecord) throws {
    try rejection.upsert(database)
  }

  /// Remembers what a schedule was worth, in place of what was known of it on the same op; the oldest go when there are
  /// too many.
  public func save(_ schedule: ScheduleRecord) throws {
    try schedule.upsert(database)
    try database.execute(
      sql: """
        DELETE FROM schedule WHERE (SELECT COUNT(*) FROM schedule) > ?1
          AND rowid NOT IN (SELECT rowid FROM schedule ORDER BY date DESC, rowid DESC LIMIT ?1)
        """,
      arguments: [Limits.schedules])
  }

  // MARK: Jobs

  /// Adds a job, and its op with it.
  public func insert(_ job: JobRecord) throws {
    try saw(opFingerprint: job.opFingerprint, file: job.file, name: job.opName, at: job.started)
    try job.insert(database)
  }

  /// Moves a job that is queued or running on.
  /// - Returns: whether it moved; the first end that a job comes to is the one that counts.
  @discardableResult
  public func setState(
    _ state: JobRecord.State, ofJob job: String, outcome: Data? = nil, at date: Date = Date()
  ) throws -> Bool {
    try database.execute(
      sql: """
        UPDATE job SET state = ?, outcome = COALESCE(?, outcome), finished = ?
        WHERE id = ? AND state IN ('queued', 'running')
        """,
      arguments: [
        state.rawValue, outcome, state.isFinal ? date.timeIntervalSinceReferenceDate : nil, job,
      ])
    return database.changesCount == 1
  }

  /// Marks jobs whose process is gone as interrupted and returns them.
  @discardableResult
  public func markInterrupted(now: Date = Date()) throws -> [JobRecord] {
    var marked = try reader.interruptedJobs(now: now).filter { $0.state != .interrupted }
    for index in marked.indices {
      try setState(.interrupted, ofJob: marked[index].id, at: now)
      marked[index].state = .interrupted
      marked[index].finished = now
    }
    return marked
  }

  /// Takes an interrupted job over, to resume it in this process.
  /// - Returns: the job, running and ours; nil when it is not interrupted (any more), as when another server took it.
  public func adopt(job id: String, now: Date = Date()) throws -> JobRecord? {
    guard var job = try reader.job(id) else { return nil }
    guard try reader.interruptedJobs(file: job.file, now: now).contains(where: { $0.id == id }) else { return nil }
    job.state = .running
    job.finished = nil
    job.owner = .current()
    try job.update(database)
    return job
  }

  /// Adds to a job's log.
  /// - Returns: the entries with their places.
  @discardableResult
  public func append(_ events: [NewEvent], toJob job: String) throws -> [EventRecord] {
    let last = try Int.fetchOne(
      database, sql: "SELECT MAX(sequence) FROM event WHERE job = ?", arguments: [job])
    let records = events.enumerated().map { offset, event in
      EventRecord(
        job: job, sequence: (last ?? 0) + offset + 1, date: event.date, kind: event.kind, payload: event.payload)
    }
    for record in records { try record.insert(database) }
    return records
  }

  /// Adds one entry to a job's log.
  @discardableResult
  public func append(_ event: NewEvent, toJob job: String) throws -> EventRecord {
    try append([event], toJob: job)[0]
  }

  // MARK: What came of them

  public func insert(_ candidate: CandidateRecord) throws { try candidate.insert(database) }

  public func insert(_ verdict: VerdictRecord) throws { try verdict.insert(database) }

  public func insert(_ profile: ProfileRecord) throws { try profile.insert(database) }

  public func insert(_ call: ModelCallRecord) throws { try call.insert(database) }
}
