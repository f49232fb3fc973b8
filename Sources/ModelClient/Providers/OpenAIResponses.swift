import Foundation

/// OpenAI's Responses protocol, `POST /v1/responses`, streamed and not stored at the provider.
///
/// Events: `response.output_text.delta`, `response.refusal.delta`, `response.output_item.done` (tool calls), then one of `response.completed`,
/// `response.incomplete` and `response.failed` with the usage, or `error`. The protocol has no stop sequences.
struct OpenAIResponses: ModelProvider {
  let path = "/responses"
  let version = "/v1"
  let versionIsPartOfBase = true
  let headers: [String] = []
  let authorizationPrefix = "Authorization: Bearer "

  private struct Body: Encodable {
    struct Text: Encodable { var format: JSONTree }

    var model: String
    var instructions: String?
    var input: [JSONTree]
    var maxOutputTokens: Int
    var temperature: Double?
    var tools: [JSONTree]?
    var toolChoice: JSONTree?
    var text: Text?
    var promptCacheKey: String?
    var store = false
    var stream = true
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    try ProviderJSON.encode(
      Body(
        model: configuration.model, instructions: request.system.isEmpty ? nil : request.system,
        input: request.messages.flatMap(Self.items), maxOutputTokens: request.maxOutputTokens,
        temperature: request.temperature,
        tools: request.tools.isEmpty ? nil : request.tools.map { $0.openAI.adding("type", .string("function")) },
        toolChoice: request.tools.isEmpty ? nil : request.toolChoice.openAI { .object(["name": .string($0)]) },
        text: request.format.map { .init(format: $0.openAI.adding("type", .string("json_schema"))) },
        promptCacheKey: configuration.isOpenAI ? request.openAICacheKey : nil))
  }

  /// A turn: calls and results are items beside its text.
  private static func items(_ message: ModelRequest.Message) -> [JSONTree] {
    var items: [JSONTree] = message.parts.compactMap { part in
      switch part {
      case .toolCall(let call):
        .object([
          "type": .string("function_call"), "call_id": .string(call.id), "name": .string(call.name),
          "arguments": .string(call.arguments?.text ?? "{}"),
        ])
      case .toolResult(let result):
        .object([
          "type": .string("function_call_output"), "call_id": .string(result.callID),
          "output": .string(result.content),
        ])
      case .text, .note: nil
      }
    }
    if !message.text.isEmpty || items.isEmpty {
      let said = JSONTree.object(["role": .string(message.role.rawValue), "content": .string(message.text)])
      // What a model says comes before its calls, what a person says after their results.
      if message.role == .assistant { items.insert(said, at: 0) } else { items.append(said) }
    }
    return items
  }

  func makeDecoder() -> any ModelStreamDecoder { Decoder() }

  private struct Event: Decodable {
    struct Response: Decodable {
      struct WireUsage: Decodable {
        struct InputDetails: Decodable {
          var cachedTokens: Int?
          var cacheWriteTokens: Int?
        }

        var inputTokens: Int?
        var outputTokens: Int?
        var inputTokensDetails: InputDetails?
      }
      struct Incomplete: Decodable { var reason: String? }

      var usage: WireUsage?
      var incompleteDetails: Incomplete?
    }

    struct Item: Decodable {
      var type: String
      var callId: String?
      var name: String?
      var arguments: String?
    }

    var type: String
    var delta: String?
    var item: Item?
    var response: Response?
  }

  /// Only the kind, to know whether the rest is worth reading: `delta` is an object in some kinds that we pass over.
  private struct Kind: Decodable { var type: String }

  private struct Decoder: ModelStreamDecoder {
    private static let known: Set = [
      "response.output_text.delta", "response.refusal.delta", "response.output_item.done", "response.completed",
      "response.incomplete",
    ]

    private var refused = false
    private var hasCalls = false

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
      case "response.output_item.done":
        guard let item = wire.item, item.type == "function_call" else { return [] }
        hasCalls = true
        return [.toolCall(ToolCall(id: item.callId ?? "", name: item.name ?? "", text: item.arguments ?? ""))]
      default:
        let reason =
          kind == "response.completed"
          ? (refused ? .refusal : hasCalls ? .toolUse : .endOfTurn) : Self.reason(wire.response)
        let usage = Self.usage(wire.response).map { [ModelEvent.usage($0)] } ?? []
        return usage + [.finished(reason: reason)]
      }
    }

    mutating func end() -> [ModelEvent] { [] }

    private static func usage(_ response: Event.Response?) -> Usage? {
      guard let wire = response?.usage else { return nil }
      let cached = wire.inputTokensDetails?.cachedTokens ?? 0
      let written = wire.inputTokensDetails?.cacheWriteTokens ?? 0
      return Usage(
        inputTokens: max(0, (wire.inputTokens ?? 0) - cached - written), cachedInputTokens: cached,
        cacheWriteTokens: written, outputTokens: wire.outputTokens ?? 0)
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
