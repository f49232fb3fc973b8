public import Foundation

/// A replacement that an agent proposed for an op.
public struct CandidateRecord: Sendable, Codable, Hashable, Identifiable {
  public var id: String
  public var job: String
  public var opFingerprint: String
  /// Which agent proposed it.
  public var agent: String
  /// Its idea, in words for a person.
  public var idea: String
  /// The rule that led to it; empty where there was none (a language model's).
  public var rule: String
  /// The candidate file.
  public var source: String
  public var sourceHash: String
  public var labels: [String]
  public var created: Date

  public init(
    id: String = UUID().uuidString.lowercased(), job: String, opFingerprint: String, agent: String, idea: String,
    rule: String, source: String, sourceHash: String, labels: [String] = [], created: Date = Date()
  ) {
    self.id = id
    self.job = job
    self.opFingerprint = opFingerprint
    self.agent = agent
    self.idea = idea
    self.rule = rule
    self.source = source
    self.sourceHash = sourceHash
    self.labels = labels
    self.created = created
  }
}

extension CandidateRecord: Record {
  static let table = "candidate"
}
