/// Something that a model may ask to be done for it.
public struct ModelTool: Sendable, Hashable {
  /// Letters, digits, underscores and dashes, 64 at most.
  public var name: String
  /// What it does, when to use it, and what it gives, for the model.
  public var description: String
  public var parameters: JSONSchema

  public init(name: String, description: String, parameters: JSONSchema) {
    self.name = name
    self.description = description
    self.parameters = parameters
  }
}

/// Whether a model has to use a tool.
public enum ToolChoice: Sendable, Hashable {
  case automatic
  /// Some tool.
  case required
  case named(String)
}

/// A model's wish to have a tool used.
public struct ToolCall: Sendable, Hashable, Codable {
  /// The provider's name for this call, by which its result is told apart from others.
  public var id: String
  public var name: String
  /// As the model wrote them; nil where that is no JSON object.
  public var arguments: JSONTree?

  public init(id: String, name: String, arguments: JSONTree?) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }

  /// - Parameter text: the arguments; a model may leave out an empty object.
  init(id: String, name: String, text: String) {
    let tree = text.allSatisfy(\.isWhitespace) ? .object([:]) : JSONTree(text: text)
    if case .object? = tree {
      self.init(id: id, name: name, arguments: tree)
    } else {
      self.init(id: id, name: name, arguments: nil)
    }
  }
}

/// What came of a tool call.
public struct ToolResult: Sendable, Hashable, Codable {
  public var callID: String
  public var content: String
  public var isError: Bool

  public init(callID: String, content: String, isError: Bool = false) {
    self.callID = callID
    self.content = content
    self.isError = isError
  }
}

/// The form that an answer must have.
public struct AnswerFormat: Sendable, Hashable {
  /// Letters, digits, underscores and dashes, 64 at most.
  public var name: String
  public var schema: JSONSchema

  public init(name: String, schema: JSONSchema) {
    self.name = name
    self.schema = schema
  }
}
