import Foundation

/// OpenAI's Chat Completions protocol, `POST /v1/chat/completions`, streamed: what OpenAI, OpenRouter, vLLM, Ollama,
/// llama.cpp and LM Studio speak.
///
/// Every event is a chunk: a piece of text, then a chunk with the finish reason, then one with the usage and no choices
/// (asked for by `include_usage`), then the literal `[DONE]`. Some servers leave out the last or the last two.
struct OpenAIChatCompletions: ModelProvider {
  let path = "/chat/completions"
  let version = "/v1"
  let versionIsPartOfBase = true
  let headers: [String] = []
  let authorizationPrefix = "Authorization: Bearer "

  private struct Body: Encodable {
    struct Message: Encodable {
      var role: String
      var content: String
    }
    struct StreamOptions: Encodable { var includeUsage = true }

    var model: String
    var messages: [Message]
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var temperature: Double?
    var stop: [String]?
    var stream = true
    var streamOptions = StreamOptions()
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    let system = request.system.isEmpty ? [] : [Body.Message(role: "system", content: request.system)]
    // OpenAI's reasoning models refuse `max_tokens`; several of the servers that copied the protocol know only that.
    let isOpenAI = URLComponents(string: configuration.baseURL)?.host == "api.openai.com"
    return try ProviderJSON.encode(
      Body(
        model: configuration.model,
        messages: system + request.messages.map { Body.Message(role: $0.role.rawValue, content: $0.text) },
        maxTokens: isOpenAI ? nil : request.maxOutputTokens,
        maxCompletionTokens: isOpenAI ? request.maxOutputTokens : nil, temperature: request.temperature,
        stop: request.stopSequences.isEmpty ? nil : request.stopSequences))
  }

  func makeDecoder() -> any ModelStreamDecoder { Decoder() }

  private struct Chunk: Decodable {
    struct Choice: Decodable {
      struct Delta: Decodable {
        var content: String?
        var refusal: String?
      }

      var delta: Delta?
      var finishReason: String?
    }
    struct WireUsage: Decodable {
      struct PromptDetails: Decodable { var cachedTokens: Int? }

      var promptTokens: Int?
      var completionTokens: Int?
      var promptTokensDetails: PromptDetails?
      /// US dollars; OpenRouter's addition.
      var cost: Double?
    }
    var choices: [Choice]?
    var usage: WireUsage?
  }

  private struct Decoder: ModelStreamDecoder {
    private var stopReason: StopReason?

    mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent] {
      if event.data == "[DONE]" { return [.finished(reason: stopReason ?? .endOfTurn)] }
      let data = Data(event.data.utf8)
      // An error may be an object or a string, and then nothing else in the chunk counts.
      if let failure = ProviderFailure(ifPresentIn: data) { throw failure.error(status: nil) }
      let chunk = try ProviderJSON.decode(Chunk.self, from: event)
      var events: [ModelEvent] = []
      for choice in chunk.choices ?? [] {
        if let text = choice.delta?.content, !text.isEmpty { events.append(.text(text)) }
        if let refusal = choice.delta?.refusal, !refusal.isEmpty { stopReason = .refusal }
        if let word = choice.finishReason, stopReason != .refusal { stopReason = Self.reason(word) }
      }
      if let wire = chunk.usage {
        let cached = wire.promptTokensDetails?.cachedTokens ?? 0
        events.append(
          .usage(
            Usage(
              inputTokens: max(0, (wire.promptTokens ?? 0) - cached), cachedInputTokens: cached,
              outputTokens: wire.completionTokens ?? 0, reportedCost: wire.cost)))
      }
      return events
    }

    mutating func end() -> [ModelEvent] {
      stopReason.map { [.finished(reason: $0)] } ?? []
    }

    private static func reason(_ word: String) -> StopReason {
      switch word {
      // Both an end and a stop sequence are "stop" in this protocol.
      case "stop": .endOfTurn
      case "length": .maxTokens
      case "content_filter": .refusal
      default: .other(word)
      }
    }
  }
}
