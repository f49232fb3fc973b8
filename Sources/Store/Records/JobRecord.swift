public import Foundation

/// One piece of work that a person asked for, and how far it came.
public struct JobRecord: Sendable, Codable, Hashable, Identifiable {
  public enum Kind: String, Sendable, Codable, Hashable {
    case optimize, profile, verify
  }

  public enum State: String, Sendable, Codable, Hashable, CaseIterable {
    case queued, running, done, failed, cancelled
    /// The process that ran it is gone; it can be resumed.
    case interrupted

    /// Whether nothing more will happen to the job unless it is resumed.
    public var isFinal: Bool { self != .queued && self != .running }
  }

  /// A UUID.
  public var id: String
  public var kind: Kind
  public var opFingerprint: String
  /// Absolute path.
  public var file: String
  /// Dotted name in the file.
  public var opName: String
  public var deviceFingerprint: String
  /// What was asked for, as JSON of the engine.
  public var request: Data
  public var state: State
  public var started: Date
  public var finished: Date?
  /// How it ended, as JSON of the engine.
  public var outcome: Data?
  /// The process that works on it.
  public var owner: ProcessIdentity
  /// SQLite has no unsigned integers: the same bits as a signed one.
  private var seedBits: Int64

  /// Where all randomness of the job comes from.
  public var seed: UInt64 {
    get { UInt64(bitPattern: seedBits) }
    set { seedBits = Int64(bitPattern: newValue) }
  }

  enum CodingKeys: String, CodingKey {
    case id, kind, opFingerprint, file, opName, deviceFingerprint, request, state, started, finished, outcome, owner
    case seedBits = "seed"
  }

  public init(
    id: String = UUID().uuidString.lowercased(), kind: Kind, opFingerprint: String, file: String, opName: String,
    deviceFingerprint: String, request: Data, state: State = .queued, seed: UInt64, started: Date = Date(),
    finished: Date? = nil, outcome: Data? = nil, owner: ProcessIdentity = .current()
  ) {
    self.id = id
    self.kind = kind
    self.opFingerprint = opFingerprint
    self.file = file
    self.opName = opName
    self.deviceFingerprint = deviceFingerprint
    self.request = request
    self.state = state
    self.seedBits = Int64(bitPattern: seed)
    self.started = started
    self.finished = finished
    self.outcome = outcome
    self.owner = owner
  }
}

extension JobRecord: Record {
  static let table = "job"
}
