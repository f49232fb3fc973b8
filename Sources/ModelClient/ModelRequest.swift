/// One question to a language model, in words that every provider has.
public struct ModelRequest: Sendable, Equatable {
  /// One turn of a conversation.
  public struct Message: Sendable, Equatable {
    public enum Role: String, Sendable {
      case user
      case assistant
    }

    public var role: Role
    public var text: String

    public init(_ role: Role, _ text: String) {
      self.role = role
      self.text = text
    }
  }

  /// Standing instructions; "" for none.
  public var system: String
  /// The conversation, oldest turn first; begins and ends with the user's.
  public var messages: [Message]
  /// Tokens that the answer may have at most, reasoning included.
  public var maxOutputTokens: Int
  /// Sampling temperature; nil for the model's own default, which some models insist on.
  public var temperature: Double?
  /// Texts at which the model stops. Not every provider has them (`OpenAIResponses` has none).
  public var stopSequences: [String]

  public init(
    system: String = "", messages: [Message], maxOutputTokens: Int = 16_384, temperature: Double? = nil,
    stopSequences: [String] = []
  ) {
    self.system = system
    self.messages = messages
    self.maxOutputTokens = maxOutputTokens
    self.temperature = temperature
    self.stopSequences = stopSequences
  }
}

/// Why a model stopped.
public enum StopReason: Sendable, Equatable {
  /// It had said what it wanted to say.
  case endOfTurn
  /// It came to one of the request's stop sequences.
  case stopSequence
  /// It used up `maxOutputTokens` or its context; the answer is cut off.
  case maxTokens
  /// It, or its provider's filter, declined.
  case refusal
  /// Something else, in the provider's word for it.
  case other(String)
}

/// What a model's stream brings, in this order: any number of `.text` and `.usage`, then one `.finished`.
public enum ModelEvent: Sendable, Equatable {
  /// The next piece of the answer.
  case text(String)
  /// The provider's count so far for this request, attempts that failed included; the last one counts.
  case usage(Usage)
  /// The answer is complete, as far as it goes.
  case finished(reason: StopReason)
}

/// A whole answer.
public struct ModelReply: Sendable, Equatable {
  public var text: String
  public var usage: Usage
  public var stopReason: StopReason
}
