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
      struct Call: Encodable {
        struct Function: Encodable {
          var name: String
          var arguments: String
        }

        var id: String
        var type = "function"
        var function: Function
      }

      var role: String
      var content: String?
      var toolCalls: [Call]?
      var toolCallId: String?
    }
    struct StreamOptions: Encodable { var includeUsage = true }

    var model: String
    var messages: [Message]
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var temperature: Double?
    var stop: [String]?
    var tools: [JSONTree]?
    var toolChoice: JSONTree?
    var responseFormat: JSONTree?
    var promptCacheKey: String?
    var stream = true
    var streamOptions = StreamOptions()
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    let system = request.system.isEmpty ? [] : [Body.Message(role: "system", content: request.system)]
    // OpenAI's reasoning models refuse `max_tokens`; several of the servers that copied the protocol know only that.
    let isOpenAI = configuration.isOpenAI
    return try ProviderJSON.encode(
      Body(
        model: configuration.model,
        messages: system + request.messages.flatMap(Self.messages),
        maxTokens: isOpenAI ? nil : request.maxOutputTokens,
        maxCompletionTokens: isOpenAI ? request.maxOutputTokens : nil, temperature: request.temperature,
        stop: request.stopSequences.isEmpty ? nil : request.stopSequences,
        tools: request.tools.isEmpty
          ? nil : request.tools.map { .object(["type": .string("function"), "function": $0.openAI]) },
        toolChoice: request.tools.isEmpty
          ? nil : request.toolChoice.openAI { .object(["function": .object(["name": .string($0)])]) },
        responseFormat: request.format.map {
          .object(["type": .string("json_schema"), "json_schema": $0.openAI])
        },
        promptCacheKey: isOpenAI ? request.openAICacheKey : nil))
  }

  /// A turn: in this protocol each tool's result is a message of its own.
  private static func messages(_ message: ModelRequest.Message) -> [Body.Message] {
    let results = message.parts.compactMap { part -> Body.Message? in
      guard case .toolResult(let result) = part else { return nil }
      return Body.Message(role: "tool", content: result.content, toolCallId: result.callID)
    }
    let calls = message.toolCalls.map { call in
      Body.Message.Call(id: call.id, function: .init(name: call.name, arguments: call.arguments?.text ?? "{}"))
    }
    if message.text.isEmpty, calls.isEmpty, !results.isEmpty { return results }
    let own = Body.Message(
      role: message.role.rawValue, content: message.text.isEmpty && !calls.isEmpty ? nil : message.text,
      toolCalls: calls.isEmpty ? nil : calls)
    return results + [own]
  }

  func makeDecoder() -> any ModelStreamDecoder { Decoder() }

  private struct Chunk: Decodable {
    struct Choice: Decodable {
      struct Delta: Decodable {
        struct Call: Decodable {
          struct Function: Decodable {
            var name: String?
            var arguments: String?
          }

          var index: Int?
          var id: String?
          var function: Function?
        }

        var content: String?
        var refusal: String?
        var toolCalls: [Call]?
      }

      var delta: Delta?
      var finishReason: String?
    }
    struct WireUsage: Decodable {
      struct PromptDetails: Decodable {
        var cachedTokens: Int?
        var cacheWriteTokens: Int?
      }

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
    /// Calls as far as they are written.
    private var calls: [(id: String, name: String, arguments: String)] = []

    mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent] {
      if event.data == "[DONE]" { return finished(stopReason ?? .endOfTurn) }
      let data = Data(event.data.utf8)
      // An error may be an object or a string, and then nothing else in the chunk counts.
      if let failure = ProviderFailure(ifPresentIn: data) { throw failure.error(status: nil) }
      let chunk = try ProviderJSON.decode(Chunk.self, from: event)
      var events: [ModelEvent] = []
      for choice in chunk.choices ?? [] {
        if let text = choice.delta?.content, !text.isEmpty { events.append(.text(text)) }
        for call in choice.delta?.toolCalls ?? [] { take(call) }
        if let refusal = choice.delta?.refusal, !refusal.isEmpty { stopReason = .refusal }
        if let word = choice.finishReason, stopReason != .refusal { stopReason = Self.reason(word) }
      }
      if let wire = chunk.usage {
        let cached = wire.promptTokensDetails?.cachedTokens ?? 0
        let written = wire.promptTokensDetails?.cacheWriteTokens ?? 0
        events.append(
          .usage(
            Usage(
              inputTokens: max(0, (wire.promptTokens ?? 0) - cached - written), cachedInputTokens: cached,
              cacheWriteTokens: written, outputTokens: wire.completionTokens ?? 0, reportedCost: wire.cost)))
      }
      return events
    }

    mutating func end() -> [ModelEvent] { stopReason.map { finished($0) } ?? [] }

    /// The calls, which are whole now, and the end.
    private mutating func finished(_ reason: StopReason) -> [ModelEvent] {
      defer { calls = [] }
      // Some servers call an answer with tool calls one that has come to its end.
      let reason = reason == .endOfTurn && !calls.isEmpty ? .toolUse : reason
      return calls.map { .toolCall(ToolCall(id: $0.id, name: $0.name, text: $0.arguments)) }
        + [.finished(reason: reason)]
    }

    /// A call's name comes once, its arguments in pieces; servers that send whole calls may leave out the index.
    private mutating func take(_ call: Chunk.Choice.Delta.Call) {
      let isNew = call.function?.name?.isEmpty == false
      let index = call.index ?? (isNew ? calls.count : calls.count - 1)
      guard (0...calls.count).contains(index) else { return }
      if index == calls.count { calls.append((call.id ?? "call_\(index)", "", "")) }
      if let name = call.function?.name { calls[index].name += name }
      calls[index].arguments += call.function?.arguments ?? ""
    }

    private static func reason(_ word: String) -> StopReason {
      switch word {
      // Both an end and a stop sequence are "stop" in this protocol.
      case "stop": .endOfTurn
      case "length": .maxTokens
      case "tool_calls", "function_call": .toolUse
      case "content_filter": .refusal
      default: .other(word)
      }
    }
  }
}
