public import Foundation

/// One entry of a job's log; what an editor shows is a fold over these. Entries are only ever added.
public struct EventRecord: Sendable, Codable, Hashable {
  public var job: String
  /// 1, 2, 3, … in a job, without gaps; given by the store.
  public var sequence: Int
  public var date: Date
  public var kind: String
  /// JSON of the engine.
  public var payload: Data
}

extension EventRecord: Record {
  static let table = "event"
}

/// An event before the store has given it a place in its job's log.
public struct NewEvent: Sendable, Hashable {
  public var kind: String
  public var payload: Data
  public var date: Date

  public init(kind: String, payload: Data, date: Date = Date()) {
    self.kind = kind
    self.payload = payload
    self.date = date
  }
}
