public import JSONRPC

/// `textDocument/didOpen`: from now on the client's text counts, not the disk's.
public enum DidOpenTextDocumentNotification: ClientNotification {
  public static let method = "textDocument/didOpen"

  public struct Params: Sendable, JSONDecodable {
    public var textDocument: TextDocumentItem
    public init(json: JSONValue) throws { textDocument = try json.required("textDocument") }
  }
}

/// `textDocument/didChange`: edits, each on the text that the one before it left.
public enum DidChangeTextDocumentNotification: ClientNotification {
  public static let method = "textDocument/didChange"

  public struct Params: Sendable, JSONDecodable {
    public var textDocument: VersionedTextDocumentIdentifier
    public var contentChanges: [Change]

    init(textDocument: VersionedTextDocumentIdentifier, contentChanges: [Change]) {
      self.textDocument = textDocument
      self.contentChanges = contentChanges
    }

    public init(json: JSONValue) throws {
      textDocument = try json.required("textDocument")
      contentChanges = try json.required("contentChanges")
    }
  }

  /// LSP 3.17 "TextDocumentContentChangeEvent"; without a range the text is the whole document.
  public struct Change: Sendable, JSONDecodable {
    public var range: Range?
    public var text: String

    public init(json: JSONValue) throws {
      range = try json.optional("range")
      text = try json.required("text")
    }
  }
}

/// `textDocument/didSave`: of no consequence to an index that follows the editor's text.
public enum DidSaveTextDocumentNotification: ClientNotification {
  public static let method = "textDocument/didSave"
  public typealias Params = DocumentParams
}

/// `textDocument/didClose`: the disk's text counts again; jobs on the document's ops stop.
public enum DidCloseTextDocumentNotification: ClientNotification {
  public static let method = "textDocument/didClose"
  public typealias Params = DocumentParams
}
