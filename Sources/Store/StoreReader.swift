public import Foundation
import GRDB

/// Questions to the store; all questions asked inside one `Store.read` see the same state.
public struct StoreReader {
  let database: Database

  // MARK: Ops and devices

  /// Where an op with this fingerprint has been seen, latest first.
  public func ops(fingerprint: String) throws -> [OpRecord] {
    try OpRecord.fetchAll(
      database, sql: "SELECT * FROM op WHERE fingerprint = ? ORDER BY last_seen DESC", arguments: [fingerprint])
  }

  /// Every op ever seen in a file, latest first.
  public func ops(inFile file: String) throws -> [OpRecord] {
    try OpRecord.fetchAll(
      database, sql: "SELECT * FROM op WHERE file = ? ORDER BY last_seen DESC", arguments: [file])
  }

  public func device(fingerprint: String) throws -> DeviceRecord? {
    try DeviceRecord.fetchOne(
      database, sql: "SELECT * FROM device WHERE fingerprint = ?", arguments: [fingerprint])
  }

  public func devices() throws -> [DeviceRecord] {
    try DeviceRecord.fetchAll(database, sql: "SELECT * FROM device ORDER BY date DESC")
  }

  /// Inputs that real runs gave to the op, latest first.
  public func recordedInputs(file: String, opName: String) throws -> [RecordedInputRecord] {
    try RecordedInputRecord.fetchAll(
      database,
      sql: "SELECT * FROM recorded_input WHERE file = ? AND op_name = ? ORDER BY date DESC, rowid DESC",
      arguments: [file, opName])
  }

  /// Ideas that led nowhere on this op and device.
  public func rejections(opFingerprint: String, deviceFingerprint: String) throws -> [RejectionRecord] {
    try RejectionRecord.fetchAll(
      database, sql: "SELECT * FROM rejection WHERE op_fingerprint = ? AND device_fingerprint = ? ORDER BY date DESC",
      arguments: [opFingerprint, deviceFingerprint])
  }

  /// What was measured on ops of one structure, latest first; rows that can't be read are passed over.
  /// - Parameter date: what was measured later is left out.
  public func schedules(
    deviceFingerprint: String, versions: String, structure: String, until date: Date = .distantFuture
  ) throws -> [ScheduleRecord] {
    try ScheduleRecord.fetchReadable(
      database,
      sql: """
        SELECT * FROM schedule WHERE device_fingerprint = ? AND versions = ? AND structure = ? AND date <= ?
        ORDER BY date DESC, rowid DESC
        """,
      arguments: [deviceFingerprint, versions, structure, date.timeIntervalSinceReferenceDate])
  }

  // MARK: Language models

  /// The conversation of a job, first turn first.
  public func modelCalls(ofJob job: String) throws -> [ModelCallRecord] {
    try ModelCallRecord.fetchAll(
      database, sql: "SELECT * FROM model_call WHERE job = ? ORDER BY rowid", arguments: [job])
  }

  /// US dollars known to have been spent on language models since a date.
  public func modelCost(since date: Date) throws -> Double {
    try Double.fetchOne(
      database, sql: "SELECT TOTAL(cost) FROM model_call WHERE date >= ?",
      arguments: [date.timeIntervalSinceReferenceDate]) ?? 0
  }
}
