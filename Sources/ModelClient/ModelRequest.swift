/// One question to a language model, in words that every provider has.
public struct ModelRequest: Sendable, Equatable {
  /// One turn of a conversation.
  public struct Message: Sendable, Hashable, Codable {
    public enum Role: String, Sendable, Codable {
      case user
      case assistant
    }

    /// A piece of a turn.
    public enum Part: Sendable, Hashable, Codable {
      case text(String)
      /// The assistant's.
      case toolCall(ToolCall)
      /// The user's, in the turn after the call.
      case toolResult(ToolResult)
      /// Something of the provider's own (a signed thought) that has to go back to it as it came.
      case note(JSONTree)
    }

    public var role: Role
    public var parts: [Part]

    public init(_ role: Role, _ text: String) { self.init(role, parts: [.text(text)]) }

    public init(_ role: Role, parts: [Part]) {
      self.role = role
      self.parts = parts
    }

    /// What was said, without calls and their results.
    public var text: String { parts.reduce(into: "") { if case .text(let text) = $1 { $0 += text } } }

    public var toolCalls: [ToolCall] { parts.compactMap { if case .toolCall(let call) = $0 { call } else { nil } } }

    /// What was said, where that is all there is.
    var onlyText: String? {
      parts.allSatisfy { if case .text = $0 { true } else { false } } ? text : nil
    }
  }

  /// Standing instructions; "" for none.
  public var system: String
  /// The conversation, oldest turn first; begins and ends with the user's.
  public var messages: [Message]
  /// Tokens that the answer may have at most, reasoning included.
  public var maxOutputTokens: Int
  /// Sampling temperature; nil for the model's own default, which some models insist on. Not every provider has it.
  public var temperature: Double?
  /// Texts at which the model stops. Not every provider has them (`OpenAIResponses` has none).
  public var stopSequences: [String]
  public var tools: [ModelTool]
  public var toolChoice: ToolChoice
  /// nil for free text.
  public var format: AnswerFormat?
  /// Whether the provider should keep what it has read: the next request of this conversation begins alike, and costs less.
  public var isContinued: Bool

  public init(
    system: String = "", messages: [Message], maxOutputTokens: Int = 16_384, temperature: Double? = nil,
    stopSequences: [String] = [], tools: [ModelTool] = [], toolChoice: ToolChoice = .automatic,
    format: AnswerFormat? = nil, isContinued: Bool = false
  ) {
    self.system = system
    self.messages = messages
    self.maxOutputTokens = maxOutputTokens
    self.temperature = temperature
    self.stopSequences = stopSequences
    self.tools = tools
    self.toolChoice = toolChoice
    self.format = format
    self.isContinued = isContinued
  }
}

/// Why a model stopped.
public enum StopReason: Sendable, Hashable, Codable {
  /// It had said what it wanted to say.
  case endOfTurn
  /// It came to one of the request's stop sequences.
  case stopSequence
  /// It waits for the results of its tool calls.
  case toolUse
  /// It used up `maxOutputTokens` or its context; the answer is cut off.
  case maxTokens
  /// It, or its provider's filter, declined.
  case refusal
  /// Something else, in the provider's word for it.
  case other(String)
}

/// What a model's stream brings: any number of pieces and of `.usage`, then one `.finished`.
public enum ModelEvent: Sendable, Equatable {
  /// The next piece of the answer.
  case text(String)
  /// A whole call.
  case toolCall(ToolCall)
  /// Something that has to go back to the provider with the next turn.
  case note(JSONTree)
  /// The provider's count so far for this request, attempts that failed included; the last one counts.
  case usage(Usage)
  /// The answer is complete, as far as it goes.
  case finished(reason: StopReason)
}

/// A whole answer.
public struct ModelReply: Sendable, Hashable, Codable {
  /// In the order in which they came; neighbouring texts are one.
  public var parts: [ModelRequest.Message.Part] = []
  public var usage = Usage()
  public var stopReason = StopReason.endOfTurn

  public init() {}

  /// As a turn of the conversation.
  public var message: ModelRequest.Message { .init(.assistant, parts: parts) }
  public var text: String { message.text }
  public var toolCalls: [ToolCall] { message.toolCalls }

  /// Takes what came next; true once the answer is complete.
  mutating func take(_ event: ModelEvent) -> Bool {
    switch event {
    case .text(let text):
      if case .text(let before)? = parts.last {
        parts[parts.count - 1] = .text(before + text)
      } else {
        parts.append(.text(text))
      }
    case .toolCall(let call): parts.append(.toolCall(call))
    case .note(let note): parts.append(.note(note))
    case .usage(let usage): self.usage = usage
    case .finished(let reason):
      stopReason = reason
      return true
    }
    return false
  }
}
