public import Foundation

/// Inputs that a real run gave to an op (`kernelwright capture`).
public struct RecordedInputRecord: Sendable, Codable, Hashable {
  /// Absolute path.
  public var file: String
  /// Dotted name in the file.
  public var opName: String
  /// The input specification as JSON.
  public var payload: Data
  /// When it was last seen.
  public var date: Date

  public init(file: String, opName: String, payload: Data, date: Date = Date()) {
    self.file = file
    self.opName = opName
    self.payload = payload
    self.date = date
  }
}

extension RecordedInputRecord: Record {
  static let table = "recorded_input"
}
