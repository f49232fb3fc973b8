public import JSONRPC

/// `textDocument/codeLens`: one lens above each op, without its command: clients resolve those in view.
public enum CodeLensRequest: ClientRequest {
  public static let method = "textDocument/codeLens"
  public typealias Params = DocumentParams
  /// An encoded array of `CodeLens`.
  public typealias Result = RawJSON
}

/// `codeLens/resolve`: the next sensible step for the op.
public enum CodeLensResolveRequest: ClientRequest {
  public static let method = "codeLens/resolve"
  public typealias Params = CodeLens
  public typealias Result = CodeLens
}

/// LSP 3.17 "CodeLens".
public struct CodeLens: Sendable, JSONCodable {
  public var range: Range
  public var command: Command?
  /// Document number and op name; short, because a long file has a thousand lenses.
  public var data: JSONValue

  public init(range: Range, command: Command? = nil, data: JSONValue) {
    self.range = range
    self.command = command
    self.data = data
  }

  public init(json: JSONValue) throws {
    range = try json.required("range")
    data = json["data"] ?? .null
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("range")
      range.encode(into: &writer)
      if let command { writer.field("command", command) }
      writer.key("data")
      data.encode(into: &writer)
    }
  }
}
