public import JSONRPC

/// `window/showDocument`: opens a preview or a report that the person asked for.
public enum ShowDocumentRequest: ServerRequest {
  public static let method = "window/showDocument"

  public struct Params: Sendable, JSONEncodable {
    public var uri: DocumentURI
    public init(uri: DocumentURI) { self.uri = uri }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("uri", uri)
        writer.field("takeFocus", true)
      }
    }
  }

  public struct Result: Sendable, JSONDecodable {
    public var success: Bool
    public init(json: JSONValue) throws { success = try json.required("success") }
  }
}
