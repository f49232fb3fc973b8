public import JSONRPC

/// `textDocument/inlayHint`: what stands at the ends of lines in the part of the document that is seen.
public enum InlayHintRequest: ClientRequest {
  public static let method = "textDocument/inlayHint"

  public struct Params: Sendable, JSONDecodable {
    public var textDocument: TextDocumentIdentifier
    public var range: Range

    public init(json: JSONValue) throws {
      textDocument = try json.required("textDocument")
      range = try json.required("range")
    }
  }
  public typealias Result = [InlayHint]
}

/// `inlayHint/resolve`: fills in the tooltip when the pointer rests on a hint.
public enum InlayHintResolveRequest: ClientRequest {
  public static let method = "inlayHint/resolve"

  public struct Params: Sendable, JSONDecodable {
    public var hint: JSONObject
    public var data: JSONValue

    public init(json: JSONValue) throws {
      guard let hint = json.objectValue else { throw JSONDecodingError("expected an object") }
      self.hint = hint
      data = hint["data"] ?? .null
    }
  }
  public typealias Result = JSONValue
}

/// LSP 3.17 "InlayHint".
public struct InlayHint: Sendable, JSONEncodable {
  public var position: Position
  public var label: String
  public var tooltip: MarkupContent?
  public var data: JSONValue?

  public init(position: Position, label: String, tooltip: MarkupContent? = nil, data: JSONValue? = nil) {
    self.position = position
    self.label = label
    self.tooltip = tooltip
    self.data = data
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("position")
      position.encode(into: &writer)
      writer.key("label")
      writer.write(label)
      writer.key("paddingLeft")
      writer.write(true)
      if let tooltip { writer.field("tooltip", tooltip) }
      if let data { writer.field("data", data) }
    }
  }
}
