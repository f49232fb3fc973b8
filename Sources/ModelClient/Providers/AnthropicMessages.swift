import Foundation

/// Anthropic's Messages protocol, version 2023-06-01: `POST /v1/messages`, streamed.
///
/// Events: `message_start` (usage of the question), `content_block_start`, `content_block_delta` and `content_block_stop`
/// (text, tool calls, signed thoughts), `message_delta` (stop reason, usage so far), `message_stop`, and `error`. `ping`
/// and kinds that are added later are passed over, as the protocol asks. It has no sampling temperature any more.
struct AnthropicMessages: ModelProvider {
  let path = "/messages"
  let version = "/v1"
  let versionIsPartOfBase = false
  let headers = ["anthropic-version: 2023-06-01"]
  let authorizationPrefix = "x-api-key: "

  private struct Body: Encodable {
    struct Message: Encodable {
      var role: String
      var content: Content
    }
    struct Tool: Encodable {
      var name: String
      var description: String
      var inputSchema: JSONTree
      var strict = true
    }
    struct ToolChoice: Encodable {
      var type: String
      var name: String?
    }
    struct OutputConfig: Encodable {
      struct Format: Encodable {
        var type = "json_schema"
        var schema: JSONTree
      }

      var format: Format
    }

    var model: String
    var maxTokens: Int
    var system: Content?
    var messages: [Message]
    var stopSequences: [String]?
    var tools: [Tool]?
    var toolChoice: ToolChoice?
    var outputConfig: OutputConfig?
    var stream = true
  }

  /// A plain text, or blocks.
  private enum Content: Encodable {
    case text(String)
    case blocks([JSONTree])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .blocks(let blocks): try container.encode(blocks)
      }
    }

    /// - Parameter isKept: whether what comes before its end is kept by the provider (prompt caching).
    init(_ message: ModelRequest.Message, isKept: Bool) {
      if let text = message.onlyText, !isKept {
        self = .text(text)
        return
      }
      var blocks = message.parts.map(Self.block)
      // Signed thoughts can't be marked.
      let last = message.parts.lastIndex { if case .note = $0 { false } else { true } }
      if isKept, let last, case .object(var members) = blocks[last] {
        members["cache_control"] = .object(["type": .string("ephemeral")])
        blocks[last] = .object(members)
      }
      self = .blocks(blocks)
    }

    private static func block(_ part: ModelRequest.Message.Part) -> JSONTree {
      switch part {
      case .text(let text): .object(["type": .string("text"), "text": .string(text)])
      case .toolCall(let call):
        .object([
          "type": .string("tool_use"), "id": .string(call.id), "name": .string(call.name),
          "input": call.arguments ?? .object([:]),
        ])
      case .toolResult(let result):
        .object([
          "type": .string("tool_result"), "tool_use_id": .string(result.callID), "content": .string(result.content),
          "is_error": .boolean(result.isError),
        ])
      case .note(let note): note
      }
    }
  }

  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data {
    let choice: Body.ToolChoice? =
      switch request.toolChoice {
      case .automatic: nil
      case .required: .init(type: "any")
      case .named(let name): .init(type: "tool", name: name)
      }
    let last = request.messages.count - 1
    return try ProviderJSON.encode(
      Body(
        model: configuration.model, maxTokens: request.maxOutputTokens,
        system: request.system.isEmpty
          ? nil : Content(.init(.user, request.system), isKept: request.isContinued),
        messages: request.messages.enumerated().map { index, message in
          Body.Message(
            role: message.role.rawValue, content: Content(message, isKept: request.isContinued && index == last))
        },
        stopSequences: request.stopSequences.isEmpty ? nil : request.stopSequences,
        tools: request.tools.isEmpty
          ? nil
          : request.tools.map {
            Body.Tool(name: $0.name, description: $0.description, inputSchema: $0.parameters.tree)
          },
        toolChoice: request.tools.isEmpty ? nil : choice,
        outputConfig: request.format.map { .init(format: .init(schema: $0.schema.tree)) }))
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
    struct Block: Decodable {
      var type: String
      var id: String?
      var name: String?
      /// The encrypted text of a thought that is not shown.
      var data: String?
    }
    struct Delta: Decodable {
      var type: String?
      var text: String?
      var partialJson: String?
      var thinking: String?
      var signature: String?
      var stopReason: String?
    }

    var type: String
    var message: Message?
    var contentBlock: Block?
    var delta: Delta?
    var usage: WireUsage?
  }

  private struct Decoder: ModelStreamDecoder {
    private var usage = Usage()
    private var stopReason: StopReason?
    private var block: Event.Block?
    /// What the block that is being written has so far: arguments, or a thought and its signature.
    private var written = ""
    private var signature = ""
    /// Thoughts are passed on with what follows them: an answer that breaks off after them is asked for again.
    private var thoughts: [ModelEvent] = []

    mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent] {
      let wire = try ProviderJSON.decode(Event.self, from: event)
      switch wire.type {
      case "message_start": return count(wire.message?.usage)
      case "content_block_start":
        (block, written, signature) = (wire.contentBlock, "", "")
        return []
      case "content_block_delta": return delta(wire.delta)
      case "content_block_stop": return endOfBlock()
      case "message_delta":
        if let reason = wire.delta?.stopReason { stopReason = Self.reason(reason) }
        return count(wire.usage)
      case "message_stop": return taken([.finished(reason: stopReason ?? .endOfTurn)])
      case "error": throw ProviderFailure(data: Data(event.data.utf8)).error(status: nil)
      default: return []
      }
    }

    mutating func end() -> [ModelEvent] {
      stopReason.map { taken([.finished(reason: $0)]) } ?? []
    }

    private mutating func taken(_ events: [ModelEvent]) -> [ModelEvent] {
      defer { thoughts = [] }
      return thoughts + events
    }

    private mutating func delta(_ delta: Event.Delta?) -> [ModelEvent] {
      switch delta?.type {
      case "text_delta":
        guard let text = delta?.text, !text.isEmpty else { return [] }
        return taken([.text(text)])
      case "input_json_delta": written += delta?.partialJson ?? ""
      case "thinking_delta": written += delta?.thinking ?? ""
      case "signature_delta": signature += delta?.signature ?? ""
      default: break
      }
      return []
    }

    private mutating func endOfBlock() -> [ModelEvent] {
      defer { block = nil }
      switch block?.type {
      case "tool_use":
        return taken([.toolCall(ToolCall(id: block?.id ?? "", name: block?.name ?? "", text: written))])
      case "thinking":
        thoughts.append(
          .note(
            .object(["type": .string("thinking"), "thinking": .string(written), "signature": .string(signature)])))
      case "redacted_thinking":
        thoughts.append(
          .note(.object(["type": .string("redacted_thinking"), "data": .string(block?.data ?? "")])))
      default: break
      }
      return []
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
      case "tool_use": .toolUse
      case "max_tokens", "model_context_window_exceeded": .maxTokens
      case "refusal": .refusal
      default: .other(word)
      }
    }
  }
}
