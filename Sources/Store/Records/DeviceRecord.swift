public import Foundation

/// What is known of a device: its facts and what was measured on it.
public struct DeviceRecord: Sendable, Codable, Hashable {
  public var fingerprint: String
  /// The facts as JSON.
  public var payload: Data
  public var date: Date

  public init(fingerprint: String, payload: Data, date: Date = Date()) {
    self.fingerprint = fingerprint
    self.payload = payload
    self.date = date
  }
}

extension DeviceRecord: Record {
  static let table = "device"
}
