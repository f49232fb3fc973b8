public import JSONRPC

/// `textDocument/documentSymbol`: the document's ops.
public enum DocumentSymbolRequest: ClientRequest {
  public static let method = "textDocument/documentSymbol"
  public typealias Params = DocumentParams
  /// An encoded array of `DocumentSymbol`.
  public typealias Result = RawJSON
}

/// LSP 3.17 "SymbolKind", as far as ops have them.
public enum SymbolKind: Int, Sendable {
  case `class` = 5
  case function = 12
}

/// An op in a client's outline: hierarchical (LSP 3.17 "DocumentSymbol"), or flat with a location
/// ("SymbolInformation") for clients that know only that.
public struct DocumentSymbol: Sendable, JSONEncodable {
  public var name: String
  public var detail: String
  public var kind: SymbolKind
  public var range: Range
  public var selectionRange: Range
  /// Set for clients without hierarchical symbols.
  public var flatIn: DocumentURI?

  public init(
    name: String, detail: String, kind: SymbolKind, range: Range, selectionRange: Range, flatIn: DocumentURI?
  ) {
    self.name = name
    self.detail = detail
    self.kind = kind
    self.range = range
    self.selectionRange = selectionRange
    self.flatIn = flatIn
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("name")
      writer.write(name)
      writer.key("kind")
      writer.write(kind.rawValue)
      if let flatIn {
        writer.key("location")
        writer.object { writer in
          writer.key("uri")
          writer.write(flatIn)
          writer.key("range")
          range.encode(into: &writer)
        }
      } else {
        writer.key("detail")
        writer.write(detail)
        writer.key("range")
        range.encode(into: &writer)
        writer.key("selectionRange")
        selectionRange.encode(into: &writer)
      }
    }
  }
}
