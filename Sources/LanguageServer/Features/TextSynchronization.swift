import JSONRPC
import LanguageServerProtocol
import SourceIndex

typealias LSPPosition = LanguageServerProtocol.Position
typealias LSPRange = LanguageServerProtocol.Range

/// Documents as the editor has them: opened, edited in steps, closed. Each step leaves a new snapshot.
extension LanguageServer {
  func didOpen(_ params: DidOpenTextDocumentNotification.Params) {
    let item = params.textDocument
    guard let language = SourceLanguage(identifier: item.languageId, path: item.uri) else {
      // Open already, and now in a language that is none of ours.
      if let open = documents[item.uri], open.notebook == nil { close(open) }
      return
    }
    open(
      item.uri, path: FilePath.path(of: item.uri), version: item.version,
      index: IndexedDocument(text: SourceText(item.text), language: language))
  }

  func open(
    _ uri: DocumentURI, path: String?, version: Int, index: IndexedDocument, notebook: OpenNotebook? = nil
  ) {
    let document = OpenDocument(uri: uri, path: path, number: nextDocumentNumber, version: version, index: index)
    document.notebook = notebook
    if let other = documents[uri] {
      // Opened without being closed: what was pushed of it stands until more is, and then has to be taken back.
      document.published = other.published.map { ($0.version, -1, $0.isEmpty) }
      forget(other)
    }
    nextDocumentNumber += 1
    document.workspace = path.map(workspace(for:))
    documents[uri] = document
    documentsByNumber[document.number] = document
    contentChanged(document)
    loadRecords(document)
  }

  func didChange(_ params: DidChangeTextDocumentNotification.Params) {
    // A cell changes with its notebook.
    guard let document = documents[params.textDocument.uri], document.notebook == nil else { return }
    for change in params.contentChanges {
      if let range = change.range {
        document.index = document.index.editing(sourceRange(range, in: document.index.text), with: change.text)
      } else {
        document.index = IndexedDocument(text: SourceText(change.text), language: document.index.language)
      }
    }
    // A client may count from the largest number that there is.
    document.version = params.textDocument.version ?? document.version &+ 1
    contentChanged(document)
  }

  func didClose(_ params: DocumentParams) {
    guard let document = documents[params.textDocument.uri], document.notebook == nil else { return }
    close(document)
  }

  func close(_ document: OpenDocument) {
    if let path = document.path, let workspace = document.workspace, document.hasAskedForJobs {
      stopAll(file: path, in: workspace)
    }
    takeBackDiagnostics(document)
    forget(document)
  }

  func forget(_ document: OpenDocument) {
    document.isOpen = false
    if let timer = document.publication { loop.cancel(timer) }
    documents[document.uri] = nil
    documentsByNumber[document.number] = nil
  }

  // MARK: Positions at the edge

  var sourceEncoding: PositionEncoding {
    switch encoding {
    case .utf8: .utf8
    case .utf16: .utf16
    case .utf32: .utf32
    }
  }

  /// A client's position in the text; clamped where it stands outside.
  func sourcePosition(_ position: LSPPosition, in text: SourceText) -> SourceIndex.Position {
    text.position(line: position.line, character: position.character, encoding: sourceEncoding)
  }

  func sourceRange(_ range: LSPRange, in text: SourceText) -> SourceRange {
    SourceRange(start: sourcePosition(range.start, in: text), end: sourcePosition(range.end, in: text))
  }

  func position(_ position: SourceIndex.Position, in text: SourceText) -> LSPPosition {
    LSPPosition(
      line: position.line,
      character: position.column == 0 ? 0 : text.character(of: position, encoding: sourceEncoding))
  }

  func range(_ range: SourceRange, in text: SourceText) -> LSPRange {
    LSPRange(start: position(range.start, in: text), end: position(range.end, in: text))
  }

  /// The range of an op's name, for which one look at its line is enough: the name's own width is known.
  func nameRange(of op: Op, in text: SourceText) -> LSPRange {
    let (start, end) = (op.nameRange.start, op.nameRange.end)
    let width = end.column - start.column
    guard start.line == end.line, op.name.utf8.suffix(width).allSatisfy({ $0 < 0x80 }), op.name.utf8.count >= width
    else {
      return range(op.nameRange, in: text)
    }
    let first = position(start, in: text)
    return LSPRange(start: first, end: LSPPosition(line: first.line, character: first.character + width))
  }

  /// The end of a line, in front of its terminator.
  func endOfLine(_ line: Int, in text: SourceText) -> LSPPosition {
    position(SourceIndex.Position(line: line, column: text.line(line).utf8.count), in: text)
  }
}
