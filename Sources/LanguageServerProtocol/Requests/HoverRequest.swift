public import JSONRPC

/// `textDocument/hover`: the card of the op under the pointer; null outside of ops.
public enum HoverRequest: ClientRequest {
  public static let method = "textDocument/hover"
  public typealias Params = TextDocumentPositionParams

  public struct Hover: Sendable, JSONEncodable {
    public var contents: MarkupContent
    public var range: Range

    public init(contents: MarkupContent, range: Range) {
      self.contents = contents
      self.range = range
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("contents", contents)
        writer.field("range", range)
      }
    }
  }
  public typealias Result = Hover?
}
