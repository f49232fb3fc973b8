import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// Notebooks as the editor has them (LSP 3.17 "Notebook Document Synchronization").
extension LanguageServer {
  func didOpenNotebook(_ params: DidOpenNotebookDocumentNotification.Params) {
    let uri = params.notebookDocument.uri
    if let open = notebooks[uri] { close(open) }
    let notebook = OpenNotebook(uri: uri, path: FilePath.path(of: uri), cells: params.notebookDocument.cells)
    notebooks[uri] = notebook
    for item in params.cellTextDocuments { notebook.take(item) }
    notebook.updateProgram()
    updateCells(of: notebook)
  }

  func didChangeNotebook(_ params: DidChangeNotebookDocumentNotification.Params) {
    guard let notebook = notebooks[params.notebookDocument.uri] else { return }
    var edited: Set<DocumentURI> = []
    if let structure = params.structure {
      let start = min(max(structure.start, 0), notebook.cells.count)
      let end = start + min(max(structure.deleteCount, 0), notebook.cells.count - start)
      notebook.cells.replaceSubrange(start..<end, with: structure.cells)
      // A cell that is closed and opened again, as when its language changes, may have another text.
      for cell in structure.didClose { notebook.drop(cell.uri) }
      for item in structure.didOpen {
        notebook.take(item)
        edited.insert(item.uri)
      }
    }
    for cell in params.data {
      for index in notebook.cells.indices where notebook.cells[index].document == cell.document {
        notebook.cells[index] = cell
      }
    }
    for content in params.textContent {
      let uri = content.textDocument.uri
      guard var text = notebook.texts[uri] else { continue }
      for change in content.contentChanges {
        if let range = change.range {
          text = text.replacing(sourceRange(range, in: text), with: change.text)
        } else {
          text = SourceText(change.text)
        }
      }
      notebook.texts[uri] = text
      notebook.versions[uri] = content.textDocument.version ?? (notebook.versions[uri] ?? 0) &+ 1
      edited.insert(uri)
    }
    notebook.updateProgram(edited: edited)
    updateCells(of: notebook)
  }

  func didCloseNotebook(_ params: NotebookParams) {
    if let notebook = notebooks[params.notebookDocument.uri] { close(notebook) }
  }

  private func close(_ notebook: OpenNotebook) {
    for document in documents.values where document.notebook === notebook { close(document) }
    notebooks[notebook.uri] = nil
  }

  /// Opens, renews and closes the documents of the cells: what an edit in one cell changes may show in another.
  private func updateCells(of notebook: OpenNotebook) {
    let cells = Set(notebook.order)
    for document in documents.values where document.notebook === notebook && !cells.contains(document.uri) {
      close(document)
    }
    for (number, uri) in notebook.order.enumerated() {
      let index = notebook.program.cell(number)
      let version = notebook.versions[uri] ?? 0
      guard let document = documents[uri], document.notebook === notebook else {
        open(uri, path: notebook.path, version: version, index: index, notebook: notebook)
        continue
      }
      let isSame = document.version == version && document.index.ops == index.ops
      document.index = index
      document.version = version
      if !isSame { contentChanged(document) }
    }
  }
}
