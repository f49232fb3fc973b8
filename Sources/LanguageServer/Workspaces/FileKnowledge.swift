import Engine
import SourceIndex

/// What is known of the ops of one file: the engine's records, kept up by its events.
///
/// An op whose fingerprint has a record is *current*; one whose name has only records of other fingerprints is *stale*.
/// Both are look-ups, so that an edit changes the status in the same breath, and an undo changes it back.
struct FileKnowledge {
  private struct Key: Hashable {
    var name: String
    var fingerprint: String
  }

  private var records: [Key: OpRecord] = [:]
  /// The latest key of each name.
  private var latest: [String: Key] = [:]
  /// Counts the changes.
  private(set) var revision = 0

  enum Status {
    case unknown
    case current(OpRecord)
    /// What was known of an earlier form of the op.
    case stale(OpRecord)
  }

  var isEmpty: Bool { records.isEmpty }

  func status(of op: Op) -> Status {
    // Most files have no records at all; then not even the fingerprint is written out.
    guard !records.isEmpty else { return .unknown }
    if let record = records[Key(name: op.name, fingerprint: op.fingerprint)] { return .current(record) }
    if let key = latest[op.name], let record = records[key] { return .stale(record) }
    return .unknown
  }

  /// Every record of an op's name, for finding out what a generated block was made from.
  func records(named name: String) -> [OpRecord] {
    records.values.filter { $0.name == name }
  }

  /// Takes over what the engine has stored, newest first; false when that says nothing new.
  mutating func replace(with stored: [OpRecord]) -> Bool {
    var records: [Key: OpRecord] = [:]
    var latest: [String: Key] = [:]
    for record in stored {
      let key = Key(name: record.name, fingerprint: record.fingerprint)
      if records[key] == nil { records[key] = record }
      if latest[record.name] == nil { latest[record.name] = key }
    }
    guard records != self.records || latest != self.latest else { return false }
    self.records = records
    self.latest = latest
    revision += 1
    return true
  }

  /// Adds what an event says; false when that shows nowhere.
  mutating func fold(_ event: EngineEvent) -> Bool {
    let key = Key(name: event.opName, fingerprint: event.fingerprint)
    var record =
      records[key] ?? OpRecord(fingerprint: event.fingerprint, file: event.file, name: event.opName)
    switch event.body {
    case .started: record.resumable = record.resumable?.job == event.job ? nil : record.resumable
    case .profiled(let profile): record.profile = profile
    case .finished(let result?): record.result = result
    default: return false
    }
    guard records[key] != record else { return false }
    if case .started = event.body, records[key] == nil { return false }
    records[key] = record
    latest[key.name] = key
    revision += 1
    return true
  }
}
