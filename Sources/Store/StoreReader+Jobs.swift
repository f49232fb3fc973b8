public import Foundation
import GRDB

extension StoreReader {
  public func job(_ id: String) throws -> JobRecord? {
    try JobRecord.fetchOne(database, sql: "SELECT * FROM job WHERE id = ?", arguments: [id])
  }

  /// A job's log after entry `sequence` (0: from its beginning), in order.
  public func events(ofJob job: String, after sequence: Int = 0) throws -> [EventRecord] {
    try EventRecord.fetchAll(
      database, sql: "SELECT * FROM event WHERE job = ? AND sequence > ? ORDER BY sequence",
      arguments: [job, sequence])
  }

  /// What was proposed in a job, in order.
  public func candidates(ofJob job: String) throws -> [CandidateRecord] {
    try CandidateRecord.fetchAll(
      database, sql: "SELECT * FROM candidate WHERE job = ? ORDER BY rowid", arguments: [job])
  }

  /// What was said of it, in order.
  public func verdicts(ofJob job: String) throws -> [VerdictRecord] {
    try VerdictRecord.fetchAll(
      database, sql: "SELECT * FROM verdict WHERE job = ? ORDER BY rowid", arguments: [job])
  }

  public func candidate(_ id: String) throws -> CandidateRecord? {
    try CandidateRecord.fetchOne(database, sql: "SELECT * FROM candidate WHERE id = ?", arguments: [id])
  }

  /// Jobs that can be resumed, of one file or of all, latest first: those marked as interrupted, and those that are
  /// still called running though their process is gone.
  public func interruptedJobs(file: String? = nil, now: Date = Date()) throws -> [JobRecord] {
    let jobs = try JobRecord.fetchAll(
      database,
      sql: """
        SELECT * FROM job WHERE state IN ('queued', 'running', 'interrupted') AND (?1 IS NULL OR file = ?1)
        ORDER BY started DESC, rowid DESC
        """,
      arguments: [file])
    let here = ProcessIdentity.current()
    return try jobs.filter { job in
      if job.state == .interrupted { return true }
      if let alive = job.owner.isAlive(seenFrom: here) { return !alive }
      return try lastSign(of: job) < now - Limits.silenceOfForeignJob
    }
  }

  private func lastSign(of job: JobRecord) throws -> Date {
    let last = try Double.fetchOne(
      database, sql: "SELECT date FROM event WHERE job = ? ORDER BY sequence DESC LIMIT 1", arguments: [job.id])
    return max(job.started, last.map(Date.init(timeIntervalSinceReferenceDate:)) ?? .distantPast)
  }

  /// Jobs of one file or of all, latest first, each with what came of it.
  public func history(file: String? = nil, limit: Int = 100) throws -> [HistoryEntry] {
    let jobs = try JobRecord.fetchAll(
      database,
      sql: "SELECT * FROM job WHERE ?1 IS NULL OR file = ?1 ORDER BY started DESC, rowid DESC LIMIT ?2",
      arguments: [file, limit])
    let ids = try jsonArray(jobs.map(\.id))
    let candidates = try CandidateRecord.fetchAll(
      database, sql: "SELECT * FROM candidate WHERE job IN (SELECT value FROM json_each(?)) ORDER BY rowid",
      arguments: [ids])
    let verdicts = try VerdictRecord.fetchAll(
      database, sql: "SELECT * FROM verdict WHERE job IN (SELECT value FROM json_each(?)) ORDER BY rowid",
      arguments: [ids])
    let candidatesByJob = Dictionary(grouping: candidates, by: \.job)
    let verdictsByJob = Dictionary(grouping: verdicts, by: \.job)
    return jobs.map {
      HistoryEntry(job: $0, candidates: candidatesByJob[$0.id] ?? [], verdicts: verdictsByJob[$0.id] ?? [])
    }
  }

  /// A list of any length as one argument, for `json_each`.
  func jsonArray(_ strings: [String]) throws -> String {
    String(decoding: try JSONEncoder().encode(strings), as: UTF8.self)
  }
}

/// A job with everything that came of it.
public struct HistoryEntry: Sendable, Codable, Hashable {
  public var job: JobRecord
  public var candidates: [CandidateRecord]
  public var verdicts: [VerdictRecord]
}
