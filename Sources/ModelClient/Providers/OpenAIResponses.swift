import Foundation

/// OpenAI's Responses protocol, `POST /v1/responses`, streamed and not stored at the provider.
///
/// Events: `response.output_text.delta`, `response.refusal.delta`, then one of `response.completed`,
/// `response.incomplete` and `response.failed` with the usage, or `error`. The protocol has no stop sequences.
struct OpenAIResponses: ModelProvider {
  let path = "/responses"
  let version = "/v1"
  let versionIsPartOfBase = true
  let headers: [String] = []
  let authorizationPrefix = "Authorization: Bearer "

  private struct Body: Encodable {
    struct Message: Encodable {
      var role: String
      var content: String
    }

    var model: String
    var instructions: String?
    var input: [Message]
    var maxOutputTokens: Int
    var temperature: Double?
    var store = false
    var stream = true
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    try ProviderJSON.encode(
      Body(
        model: configuration.model, instructions: request.system.isEmpty ? nil : request.system,
        input: request.messages.map { Body.Message(role: $0.role.rawValue, content: $0.text) },
        maxOutputTokens: request.maxOutputTokens, temperature: request.temperature))
  }

  func makeDecoder() -> any ModelStreamDecoder { Decoder() }

  private struct Event: Decodable {
    struct Response: Decodable {
      struct WireUsage: Decodable {
        struct InputDetails: Decodable { var cachedTokens: Int? }

        var inputTokens: Int?
        var outputTokens: Int?
        var inputTokensDetails: InputDetails?
      }
      struct Incomplete: Decodable { var reason: String? }

      var usage: WireUsage?
      var incompleteDetails: Incomplete?
    }

    var type: String
    var delta: String?
    var response: Response?
  }

  /// Only the kind, to know whether the rest is worth reading: `delta` is an object in some kinds that we pass over.
  private struct Kind: Decodable { var type: String }

  private struct Decoder: ModelStreamDecoder {
    private static let known: Set = [
      "response.output_text.delta", "response.refusal.delta", "response.completed", "response.incomplete",
    ]

    private var refused = false

    mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent] {
      // Some servers end the stream as Chat Completions does, after the event that ends the answer.
      if event.data == "[DONE]" { return [] }
      let kind = try ProviderJSON.decode(Kind.self, from: event).type
      if kind == "error" || kind == "response.failed" {
        throw ProviderFailure(data: Data(event.data.utf8)).error(status: nil)
      }
      guard Self.known.contains(kind) else { return [] }
      let wire = try ProviderJSON.decode(Event.self, from: event)
      switch kind {
      case "response.output_text.delta":
        guard let text = wire.delta, !text.isEmpty else { return [] }
        return [.text(text)]
      case "response.refusal.delta":
        refused = true
        return []
      default:
        let reason = kind == "response.completed" ? (refused ? .refusal : .endOfTurn) : Self.reason(wire.response)
        let usage = Self.usage(wire.response).map { [ModelEvent.usage($0)] } ?? []
        return usage + [.finished(reason: reason)]
      }
    }

    mutating func end() -> [ModelEvent] { [] }

    private static func usage(_ response: Event.Response?) -> Usage? {
      guard let wire = response?.usage else { return nil }
      let cached = wire.inputTokensDetails?.cachedTokens ?? 0
      return Usage(
        inputTokens: max(0, (wire.inputTokens ?? 0) - cached), cachedInputTokens: cached,
        outputTokens: wire.outputTokens ?? 0)
    }

    private static func reason(_ response: Event.Response?) -> StopReason {
      switch response?.incompleteDetails?.reason {
      case "max_output_tokens"?: .maxTokens
      case "content_filter"?: .refusal
      case let word?: .other(word)
      case nil: .other("incomplete")
      }
    }
  }
}
