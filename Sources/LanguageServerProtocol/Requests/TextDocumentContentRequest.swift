public import JSONRPC

/// `workspace/textDocumentContent`: the text of a document that only the server has (LSP 3.18).
public enum TextDocumentContentRequest: ClientRequest {
  public static let method = "workspace/textDocumentContent"

  public struct Params: Sendable, JSONDecodable {
    public var uri: DocumentURI
    public init(json: JSONValue) throws { uri = try json.required("uri") }
  }

  public struct Result: Sendable, JSONEncodable {
    public var text: String
    public init(text: String) { self.text = text }
    public func encode(into writer: inout JSONWriter) { writer.object { $0.field("text", text) } }
  }
}
