public import Foundation

/// Where an op's time went, on one device with one set of tools.
public struct ProfileRecord: Sendable, Codable, Hashable {
  public var opFingerprint: String
  public var deviceFingerprint: String
  public var tools: String
  /// The profile as JSON.
  public var payload: Data
  public var date: Date

  public init(
    opFingerprint: String, deviceFingerprint: String, tools: String, payload: Data, date: Date = Date()
  ) {
    self.opFingerprint = opFingerprint
    self.deviceFingerprint = deviceFingerprint
    self.tools = tools
    self.payload = payload
    self.date = date
  }
}

extension ProfileRecord: Record {
  static let table = "profile"
}
