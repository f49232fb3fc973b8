import Foundation
public import HardwareRunner
public import SourceIndex

/// The object behind `profile --json` (protocol/profile.schema.json): the profile, and whose it is.
public struct ProfileReport: Sendable, Encodable {
  public var file: String
  public var op: Op
  public var profile: OpProfile

  public init(file: String, op: Op, profile: OpProfile) {
    self.file = file
    self.op = op
    self.profile = profile
  }

  private enum CodingKeys: String, CodingKey {
    case file, op, fingerprint
  }

  public func encode(to encoder: any Encoder) throws {
    try profile.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(file, forKey: .file)
    try container.encode(op.name, forKey: .op)
    try container.encode(op.fingerprint, forKey: .fingerprint)
  }
}
