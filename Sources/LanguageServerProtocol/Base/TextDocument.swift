public import JSONRPC

/// A document's URI, as the client writes it: compared as text, never normalised (LSP 3.17 "URI").
public typealias DocumentURI = String

/// LSP 3.17 "TextDocumentIdentifier"; a version the client adds is read by those who want it.
public struct TextDocumentIdentifier: Hashable, Sendable, JSONCodable {
  public var uri: DocumentURI

  public init(uri: DocumentURI) { self.uri = uri }

  public init(json: JSONValue) throws {
    uri = try json.required("uri")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { $0.field("uri", uri) }
  }
}

/// A document with the version that an edit is meant for; null for a document that isn't open
/// (LSP 3.17 "OptionalVersionedTextDocumentIdentifier").
public struct VersionedTextDocumentIdentifier: Hashable, Sendable, JSONCodable {
  public var uri: DocumentURI
  public var version: Int?

  public init(uri: DocumentURI, version: Int?) {
    self.uri = uri
    self.version = version
  }

  public init(json: JSONValue) throws {
    uri = try json.required("uri")
    version = try json.optional("version")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("uri", uri)
      writer.field("version", version)
    }
  }
}

/// A document as it is opened (LSP 3.17 "TextDocumentItem").
public struct TextDocumentItem: Sendable, JSONDecodable {
  public var uri: DocumentURI
  public var languageId: String
  public var version: Int
  public var text: String

  public init(json: JSONValue) throws {
    uri = try json.required("uri")
    languageId = try json.optional("languageId") ?? ""
    version = try json.optional("version") ?? 0
    text = try json.required("text")
  }
}

/// A folder of the workspace (LSP 3.17 "WorkspaceFolder").
public struct WorkspaceFolder: Hashable, Sendable, JSONDecodable {
  public var uri: DocumentURI
  public var name: String

  public init(json: JSONValue) throws {
    uri = try json.required("uri")
    name = try json.optional("name") ?? ""
  }
}

/// What a request about a document alone takes.
public struct DocumentParams: Sendable, JSONDecodable {
  public var textDocument: TextDocumentIdentifier

  public init(json: JSONValue) throws {
    textDocument = try json.required("textDocument")
  }
}

/// What a request about a place in a document takes (LSP 3.17 "TextDocumentPositionParams").
public struct TextDocumentPositionParams: Sendable, JSONDecodable {
  public var textDocument: TextDocumentIdentifier
  public var position: Position

  public init(json: JSONValue) throws {
    textDocument = try json.required("textDocument")
    position = try json.required("position")
  }
}
