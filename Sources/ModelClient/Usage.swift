/// Tokens as the provider counted them; the four kinds exclude one another, whatever the provider's own words for them.
public struct Usage: Sendable, Hashable, Codable {
  /// Tokens read at full price.
  public var inputTokens: Int
  /// Tokens read from the provider's cache.
  public var cachedInputTokens: Int
  /// Tokens written into the provider's cache.
  public var cacheWriteTokens: Int
  /// Tokens written by the model, reasoning included.
  public var outputTokens: Int
  /// What the provider itself says that this cost, in US dollars; nil where it does not say.
  public var reportedCost: Double?

  public init(
    inputTokens: Int = 0, cachedInputTokens: Int = 0, cacheWriteTokens: Int = 0, outputTokens: Int = 0,
    reportedCost: Double? = nil
  ) {
    self.inputTokens = inputTokens
    self.cachedInputTokens = cachedInputTokens
    self.cacheWriteTokens = cacheWriteTokens
    self.outputTokens = outputTokens
    self.reportedCost = reportedCost
  }

  enum CodingKeys: String, CodingKey {
    case inputTokens = "input_tokens"
    case cachedInputTokens = "cached_input_tokens"
    case cacheWriteTokens = "cache_write_tokens"
    case outputTokens = "output_tokens"
    case reportedCost = "reported_cost_usd"
  }

  /// Every token that was read or written.
  public var totalTokens: Int { inputTokens + cachedInputTokens + cacheWriteTokens + outputTokens }

  /// What this cost in US dollars: the provider's own figure, else tokens times `price`; nil when neither is known.
  public func cost(at price: ModelPrice?) -> Double? {
    if let reportedCost { return reportedCost }
    guard let price else { return nil }
    let perMillion =
      Double(inputTokens) * price.input + Double(cachedInputTokens) * price.cachedInput
      + Double(cacheWriteTokens) * price.cacheWrite + Double(outputTokens) * price.output
    return perMillion / 1e6
  }

  public static func + (a: Usage, b: Usage) -> Usage {
    // A cost that only one side knows would pass for the whole.
    let cost: Double? =
      if a.totalTokens == 0 && a.reportedCost == nil {
        b.reportedCost
      } else if b.totalTokens == 0 && b.reportedCost == nil {
        a.reportedCost
      } else if let first = a.reportedCost, let second = b.reportedCost {
        first + second
      } else {
        nil
      }
    return Usage(
      inputTokens: a.inputTokens + b.inputTokens, cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
      cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens, outputTokens: a.outputTokens + b.outputTokens,
      reportedCost: cost)
  }
}

/// What a model costs, in US dollars per million tokens. Comes from the settings: prices change, and a wrong one would
/// make every sum that is shown wrong.
public struct ModelPrice: Sendable, Equatable {
  public var input: Double
  public var output: Double
  public var cachedInput: Double
  public var cacheWrite: Double

  /// - Parameters:
  ///   - cachedInput: as `input` when nil, which overstates rather than understates.
  ///   - cacheWrite: 1.25 times `input` when nil, the most that a provider asks for its shortest cache.
  public init(input: Double, output: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil) {
    self.input = input
    self.output = output
    self.cachedInput = cachedInput ?? input
    self.cacheWrite = cacheWrite ?? input * 1.25
  }

  /// A model that runs on the person's own machine.
  public static let free = ModelPrice(input: 0, output: 0)
}
