public import Foundation

/// One turn of a conversation with a language model, and what it cost.
public struct ModelCallRecord: Sendable, Codable, Hashable {
  public var job: String
  public var provider: String
  public var model: String
  public var requestHash: String
  public var response: String
  public var inputTokens: Int
  public var outputTokens: Int
  /// In US dollars; nil where the price is not known.
  public var cost: Double?
  public var date: Date

  public init(
    job: String, provider: String, model: String, requestHash: String, response: String, inputTokens: Int,
    outputTokens: Int, cost: Double?, date: Date = Date()
  ) {
    self.job = job
    self.provider = provider
    self.model = model
    self.requestHash = requestHash
    self.response = response
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cost = cost
    self.date = date
  }
}

extension ModelCallRecord: Record {
  static let table = "model_call"
}
