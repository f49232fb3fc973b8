public import JSONRPC

/// Text for a person, in one of two forms (LSP 3.17 "MarkupContent").
public struct MarkupContent: Hashable, Sendable, JSONEncodable {
  public enum Kind: String, Sendable {
    case plainText = "plaintext"
    case markdown
  }
  public var kind: Kind
  public var value: String

  public init(kind: Kind, value: String) {
    self.kind = kind
    self.value = value
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("kind", kind.rawValue)
      writer.field("value", value)
    }
  }
}
