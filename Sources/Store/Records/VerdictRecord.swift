public import Foundation

/// What a result holds for: an op, on a device, with these tools, under this verification policy.
public struct ResultKey: Sendable, Codable, Hashable {
  public var opFingerprint: String
  public var deviceFingerprint: String
  /// Fingerprint of the tool versions (PyTorch, Python, compiler).
  public var tools: String
  /// Version of the verification policy.
  public var policy: String

  public init(opFingerprint: String, deviceFingerprint: String, tools: String, policy: String) {
    self.opFingerprint = opFingerprint
    self.deviceFingerprint = deviceFingerprint
    self.tools = tools
    self.policy = policy
  }
}

/// What verification said of a candidate.
public struct VerdictRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: String
  public var job: String
  /// Nil for a verdict on the op itself (it was not admitted).
  public var candidate: String?
  public var opFingerprint: String
  public var deviceFingerprint: String
  public var tools: String
  public var policy: String
  /// The raw verdict, e.g. `verified` or `not-faster`.
  public var verdict: String
  /// Against the fastest baseline, with the 95 % interval; nil unless verified.
  public var speedup: Double?
  public var low: Double?
  public var high: Double?
  /// The whole verification as JSON.
  public var payload: Data
  public var date: Date

  public var key: ResultKey {
    ResultKey(
      opFingerprint: opFingerprint, deviceFingerprint: deviceFingerprint, tools: tools, policy: policy)
  }

  public init(
    id: String = UUID().uuidString.lowercased(), job: String, candidate: String?, key: ResultKey, verdict: String,
    speedup: Double? = nil, low: Double? = nil, high: Double? = nil, payload: Data, date: Date = Date()
  ) {
    self.id = id
    self.job = job
    self.candidate = candidate
    self.opFingerprint = key.opFingerprint
    self.deviceFingerprint = key.deviceFingerprint
    self.tools = key.tools
    self.policy = key.policy
    self.verdict = verdict
    self.speedup = speedup
    self.low = low
    self.high = high
    self.payload = payload
    self.date = date
  }
}

extension VerdictRecord: Record {
  static let table = "verdict"
}
