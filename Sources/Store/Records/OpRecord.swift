public import Foundation

/// An op as it was seen in a file. The same fingerprint may stand under several names and files (a copied op), and one
/// name has many fingerprints over time (an edited op); both directions are asked for.
public struct OpRecord: Sendable, Codable, Hashable {
  public var fingerprint: String
  /// Absolute path.
  public var file: String
  /// Dotted name in the file.
  public var name: String
  public var firstSeen: Date
  public var lastSeen: Date

  public init(fingerprint: String, file: String, name: String, firstSeen: Date = Date(), lastSeen: Date = Date()) {
    self.fingerprint = fingerprint
    self.file = file
    self.name = name
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

extension OpRecord: Record {
  static let table = "op"
}
