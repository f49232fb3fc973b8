public import Foundation

/// An idea that was tried on an op and a device and led nowhere, so that it is not tried again.
public struct RejectionRecord: Sendable, Codable, Hashable {
  public var opFingerprint: String
  public var rule: String
  public var deviceFingerprint: String
  public var reason: String
  public var date: Date

  public init(opFingerprint: String, rule: String, deviceFingerprint: String, reason: String, date: Date = Date()) {
    self.opFingerprint = opFingerprint
    self.rule = rule
    self.deviceFingerprint = deviceFingerprint
    self.reason = reason
    self.date = date
  }
}

extension RejectionRecord: Record {
  static let table = "rejection"
}
