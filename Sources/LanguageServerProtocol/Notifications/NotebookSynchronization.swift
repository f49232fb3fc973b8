public import JSONRPC

/// A cell of a notebook (LSP 3.17 "NotebookCell"); its text is a text document of its own.
public struct NotebookCell: Hashable, Sendable, JSONDecodable {
  public enum Kind: Int, Sendable {
    case markup = 1
    case code
  }
  public var kind: Kind
  public var document: DocumentURI

  public init(json: JSONValue) throws {
    kind = Kind(rawValue: try json.required("kind")) ?? .markup
    document = try json.required("document")
  }
}

/// `notebookDocument/didOpen`: a notebook and its cells. The cells are not opened by `textDocument/didOpen` besides.
public enum DidOpenNotebookDocumentNotification: ClientNotification {
  public static let method = "notebookDocument/didOpen"

  public struct Params: Sendable, JSONDecodable {
    public var notebookDocument: Notebook
    public var cellTextDocuments: [TextDocumentItem]

    public init(json: JSONValue) throws {
      notebookDocument = try json.required("notebookDocument")
      cellTextDocuments = try json.required("cellTextDocuments")
    }
  }

  /// LSP 3.17 "NotebookDocument"
  public struct Notebook: Sendable, JSONDecodable {
    public var uri: DocumentURI
    public var cells: [NotebookCell]

    public init(json: JSONValue) throws {
      uri = try json.required("uri")
      cells = try json.required("cells")
    }
  }
}

/// `notebookDocument/didChange`: cells that came and went, cells whose kind changed, and edits of cells' texts.
public enum DidChangeNotebookDocumentNotification: ClientNotification {
  public static let method = "notebookDocument/didChange"

  public struct Params: Sendable, JSONDecodable {
    public var notebookDocument: TextDocumentIdentifier
    public var structure: Structure?
    public var data: [NotebookCell]
    public var textContent: [DidChangeTextDocumentNotification.Params]

    public init(json: JSONValue) throws {
      notebookDocument = try json.required("notebookDocument")
      let change: JSONValue = try json.required("change")
      let cells: JSONValue? = try change.optional("cells")
      structure = try cells?.optional("structure")
      data = try cells?.optional("data") ?? []
      textContent = try cells?.optional("textContent", as: [TextContent].self)?.map(\.params) ?? []
    }
  }

  /// How the array of cells changed; `didOpen` and `didClose` are about the cells' texts.
  public struct Structure: Sendable, JSONDecodable {
    public var start: Int
    public var deleteCount: Int
    public var cells: [NotebookCell]
    public var didOpen: [TextDocumentItem]
    public var didClose: [TextDocumentIdentifier]

    public init(json: JSONValue) throws {
      let array: JSONValue = try json.required("array")
      start = try array.required("start")
      deleteCount = try array.required("deleteCount")
      cells = try array.optional("cells") ?? []
      didOpen = try json.optional("didOpen") ?? []
      didClose = try json.optional("didClose") ?? []
    }
  }

  /// Has `document` and `changes` where `textDocument/didChange` has `textDocument` and `contentChanges`.
  private struct TextContent: JSONDecodable {
    var params: DidChangeTextDocumentNotification.Params

    init(json: JSONValue) throws {
      params = .init(textDocument: try json.required("document"), contentChanges: try json.required("changes"))
    }
  }
}

/// What the other notifications about a notebook say.
public struct NotebookParams: Sendable, JSONDecodable {
  public var notebookDocument: TextDocumentIdentifier

  public init(json: JSONValue) throws {
    notebookDocument = try json.required("notebookDocument")
  }
}

/// `notebookDocument/didSave`: of no consequence to an index that follows the editor's text.
public enum DidSaveNotebookDocumentNotification: ClientNotification {
  public static let method = "notebookDocument/didSave"
  public typealias Params = NotebookParams
}

/// `notebookDocument/didClose`: the notebook and its cells are gone from the editor.
public enum DidCloseNotebookDocumentNotification: ClientNotification {
  public static let method = "notebookDocument/didClose"
  public typealias Params = NotebookParams
}
