import LanguageServerProtocol
import SourceIndex

/// A notebook as the editor has it: its cells, and the program that its Python cells make together.
///
/// Each Python cell is an `OpenDocument` as well, whose index is its part of the program: so every feature works in a
/// cell as it does in a file.
final class OpenNotebook {
  let uri: DocumentURI
  let path: String?
  /// All cells, in order; those that are no Python take no part in the program.
  var cells: [NotebookCell]
  /// The texts of all cells that were opened.
  var texts: [DocumentURI: SourceText] = [:]
  var versions: [DocumentURI: Int] = [:]
  /// Cells whose text is Python, by what the editor says of it.
  var python: Set<DocumentURI> = []
  var program = NotebookProgram()
  /// The program's cells, in order.
  var order: [DocumentURI] = []

  init(uri: DocumentURI, path: String?, cells: [NotebookCell]) {
    self.uri = uri
    self.path = path
    self.cells = cells
  }

  func take(_ item: TextDocumentItem) {
    texts[item.uri] = SourceText(item.text)
    versions[item.uri] = item.version
    if SourceLanguage(identifier: item.languageId, path: "") == .python { python.insert(item.uri) }
  }

  func drop(_ uri: DocumentURI) {
    texts[uri] = nil
    versions[uri] = nil
    python.remove(uri)
  }

  /// Brings the program up to what the cells are now; `edited` are those whose text has changed.
  func updateProgram(edited: Set<DocumentURI> = []) {
    let wanted = cells.lazy.filter { $0.kind == .code }.map(\.document)
      .filter { self.python.contains($0) && self.texts[$0] != nil }
    let next = Array(wanted)
    // What both ends have in common stays as it is.
    var same = 0
    while same < min(order.count, next.count), order[same] == next[same], !edited.contains(next[same]) { same += 1 }
    var rest = 0
    while rest < min(order.count, next.count) - same, order[order.count - 1 - rest] == next[next.count - 1 - rest],
      !edited.contains(next[next.count - 1 - rest])
    {
      rest += 1
    }
    program.replace(same..<order.count - rest, with: next[same..<next.count - rest].compactMap { texts[$0] })
    order = next
  }
}
