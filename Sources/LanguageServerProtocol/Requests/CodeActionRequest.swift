public import JSONRPC

/// `textDocument/codeAction`: what can be done at the selection. Sent whenever the cursor rests, so it must be cheap.
public enum CodeActionRequest: ClientRequest {
  public static let method = "textDocument/codeAction"

  public struct Params: Sendable, JSONDecodable {
    public var textDocument: TextDocumentIdentifier
    public var range: Range
    public var diagnostics: [DiagnosticReference]
    /// Kinds that are asked for; nil for all.
    public var only: [String]?

    public init(json: JSONValue) throws {
      textDocument = try json.required("textDocument")
      range = try json.required("range")
      let context = json["context"] ?? .object(JSONObject())
      diagnostics = try context.optional("diagnostics") ?? []
      only = try context.optional("only")
    }
  }
  public typealias Result = [CodeActionOrCommand]
}

/// `codeAction/resolve`: fills in the `edit` of an action that the person has chosen.
public enum CodeActionResolveRequest: ClientRequest {
  public static let method = "codeAction/resolve"

  /// The action as it was sent, given back with what was missing.
  public struct Params: Sendable, JSONDecodable {
    public var action: JSONObject
    public var data: JSONValue

    public init(json: JSONValue) throws {
      guard let action = json.objectValue else { throw JSONDecodingError("expected an object") }
      self.action = action
      data = action["data"] ?? .null
    }
  }
  public typealias Result = JSONValue
}

/// Something that can be done (LSP 3.17 "CodeAction").
public struct CodeAction: Sendable, JSONEncodable {
  public var title: String
  public var kind: String
  /// The diagnostics that it resolves.
  public var diagnostics: [JSONValue]
  public var isPreferred: Bool
  /// Why it can't be done now; nil when it can.
  public var disabledReason: String?
  public var edit: WorkspaceEdit?
  public var command: Command?
  /// What `codeAction/resolve` makes the edit from.
  public var data: JSONValue?
  /// A language model wrote the code (LSP 3.18 "CodeActionTag").
  public var isFromModel = false

  /// `CodeActionTag.LLMGenerated`.
  public static let modelTag = 1

  public init(
    title: String, kind: String, diagnostics: [JSONValue] = [], isPreferred: Bool = false,
    disabledReason: String? = nil, edit: WorkspaceEdit? = nil, command: Command? = nil, data: JSONValue? = nil
  ) {
    self.title = title
    self.kind = kind
    self.diagnostics = diagnostics
    self.isPreferred = isPreferred
    self.disabledReason = disabledReason
    self.edit = edit
    self.command = command
    self.data = data
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("title", title)
      writer.field("kind", kind)
      if !diagnostics.isEmpty { writer.field("diagnostics", diagnostics) }
      if isPreferred { writer.field("isPreferred", true) }
      if isFromModel { writer.field("tags", [Self.modelTag]) }
      if let disabledReason {
        writer.key("disabled")
        writer.object { $0.field("reason", disabledReason) }
      }
      writer.field("edit", ifPresent: edit)
      writer.field("command", ifPresent: command)
      writer.field("data", ifPresent: data)
    }
  }
}

/// Clients without literal support get commands.
public enum CodeActionOrCommand: Sendable, JSONEncodable {
  case action(CodeAction)
  case command(Command)

  public func encode(into writer: inout JSONWriter) {
    switch self {
    case .action(let action): action.encode(into: &writer)
    case .command(let command): command.encode(into: &writer)
    }
  }
}
