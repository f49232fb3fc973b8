import Foundation

/// Anthropic's Messages protocol, version 2023-06-01: `POST /v1/messages`, streamed.
///
/// Events: `message_start` (usage of the question), `content_block_delta` (text), `message_delta` (stop reason, usage so
/// far), `message_stop`, and `error`. `ping` and kinds that are added later are passed over, as the protocol asks.
struct AnthropicMessages: ModelProvider {
  let path = "/messages"
  let version = "/v1"
  let versionIsPartOfBase = false
  let headers = ["anthropic-version: 2023-06-01"]
  let authorizationPrefix = "x-api-key: "

  private struct Body: Encodable {
    struct Message: Encodable {
      var role: String
      var content: String
    }

    var model: String
    var maxTokens: Int
    var system: String?
    var messages: [Message]
    var temperature: Double?
    var stopSequences: [String]?
    var stream = true
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    try ProviderJSON.encode(
      Body(
        model: configuration.model, maxTokens: request.maxOutputTokens,
        system: request.system.isEmpty ? nil : request.system,
        messages: request.messages.map { Body.Message(role: $0.role.rawValue, content: $0.text) },
        temperature: request.temperature,
        stopSequences: request.stopSequences.isEmpty ? nil : request.stopSequences))
  }

  func makeDecoder() -> any ModelStreamDecoder { Decoder() }

  /// `usage` as the protocol writes it; every figure is cumulative, and absent where it has not changed.
  private struct WireUsage: Decodable {
    var inputTokens: Int?
    var cacheReadInputTokens: Int?
    var cacheCreationInputTokens: Int?
    var outputTokens: Int?
  }

  private struct Event: Decodable {
    struct Message: Decodable { var usage: WireUsage? }
    struct Delta: Decodable {
      var type: String?
      var text: String?
      var stopReason: String?
    }

    var type: String
    var message: Message?
    var delta: Delta?
    var usage: WireUsage?
  }

  private struct Decoder: ModelStreamDecoder {
    private var usage = Usage()
    private var stopReason: StopReason?

    mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent] {
      let wire = try ProviderJSON.decode(Event.self, from: event)
      switch wire.type {
      case "message_start": return count(wire.message?.usage)
      case "content_block_delta":
        guard wire.delta?.type == "text_delta", let text = wire.delta?.text, !text.isEmpty else { return [] }
        return [.text(text)]
      case "message_delta":
        if let reason = wire.delta?.stopReason { stopReason = Self.reason(reason) }
        return count(wire.usage)
      case "message_stop": return [.finished(reason: stopReason ?? .endOfTurn)]
      case "error": throw ProviderFailure(data: Data(event.data.utf8)).error(status: nil)
      default: return []
      }
    }

    mutating func end() -> [ModelEvent] {
      stopReason.map { [.finished(reason: $0)] } ?? []
    }

    private mutating func count(_ wire: WireUsage?) -> [ModelEvent] {
      guard let wire else { return [] }
      usage.inputTokens = wire.inputTokens ?? usage.inputTokens
      usage.cachedInputTokens = wire.cacheReadInputTokens ?? usage.cachedInputTokens
      usage.cacheWriteTokens = wire.cacheCreationInputTokens ?? usage.cacheWriteTokens
      usage.outputTokens = wire.outputTokens ?? usage.outputTokens
      return [.usage(usage)]
    }

    private static func reason(_ word: String) -> StopReason {
      switch word {
      case "end_turn": .endOfTurn
      case "stop_sequence": .stopSequence
      case "max_tokens", "model_context_window_exceeded": .maxTokens
      case "refusal": .refusal
      default: .other(word)
      }
    }
  }
}
