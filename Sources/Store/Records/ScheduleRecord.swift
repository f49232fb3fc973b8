public import Foundation

/// What one rule's code under one schedule was worth in a search, for the next search on an op that looks like this one.
public struct ScheduleRecord: Sendable, Codable, Hashable {
  public var deviceFingerprint: String
  /// Of what generated and ran the code.
  public var versions: String
  /// Equal for ops that differ in extents and numbers at most.
  public var structure: String
  /// Equal for ops that differ in nothing but names.
  public var exact: String
  /// What ops of one structure differ in.
  public var extents: [Int]
  public var agent: String
  public var rule: String
  /// What the schedule chose; empty where there was no choice.
  public var traits: String
  /// How many times as fast as the person's own code, coarsely; nil when it was refused.
  public var ratio: Double?
  /// The op that it was measured on, for a person to read.
  public var opName: String
  public var date: Date

  public init(
    deviceFingerprint: String, versions: String, structure: String, exact: String, extents: [Int], agent: String,
    rule: String, traits: String, ratio: Double?, opName: String, date: Date = Date()
  ) {
    self.deviceFingerprint = deviceFingerprint
    self.versions = versions
    self.structure = structure
    self.exact = exact
    self.extents = extents
    self.agent = agent
    self.rule = rule
    self.traits = traits
    self.ratio = ratio
    self.opName = opName
    self.date = date
  }
}

extension ScheduleRecord: Record {
  static let table = "schedule"
}
