import JSONRPC

/// Notebooks, as editors tell of them (LSP 3.17 "Notebook Document Synchronization").
extension Session {
  func openNotebook(_ notebook: Int, _ made: [Step.Cell]) throws {
    // Opened twice, it is a new notebook.
    editor.set(editor.cells(made), notebook: notebook)
    try openNotebook(
      Editor.uri(notebook: notebook), editor.books[notebook] ?? [], { Editor.uri(notebook: notebook, cell: $0) })
  }

  func openNotebook(_ uri: String, _ cells: [Editor.Cell], _ cellURI: (Int) -> String) throws {
    try connection.notify(
      "notebookDocument/didOpen",
      [
        "notebookDocument": [
          "uri": .string(uri), "notebookType": "jupyter-notebook", "version": 1,
          "cells": .array(cells.map { Self.cell($0, cellURI($0.name)) }),
        ],
        "cellTextDocuments": .array(cells.map { Self.text($0, cellURI($0.name)) }),
      ])
  }

  func editCells(_ notebook: Int, _ edits: [(cell: Int, edits: [Edit])]) throws {
    guard let cells = editor.books[notebook], !cells.isEmpty else { return }
    var contents: [JSONValue] = []
    for (number, edits) in edits {
      let cell = number % cells.count
      editor.change(notebook, cell: cell, edits)
      let version = editor.books[notebook]?[cell].version ?? 0
      contents.append([
        "document": [
          "uri": .string(Editor.uri(notebook: notebook, cell: cells[cell].name)), "version": .int(version),
        ],
        "changes": .array(edits.map(\.json)),
      ])
    }
    try change(notebook, ["textContent": .array(contents)])
  }

  func changeCells(_ notebook: Int, _ start: Int, _ delete: Int, _ made: [Step.Cell]) throws {
    guard var cells = editor.books[notebook] else { return }
    let start = min(start, cells.count)
    let end = min(start + delete, cells.count)
    let gone = Array(cells[start..<end])
    cells.removeSubrange(start..<end)
    // A cell may come again that goes now, with another text; not one that stays.
    let fresh = editor.cells(made.filter { cell in !cells.contains { $0.name == cell.name } })
    cells.insert(contentsOf: fresh, at: start)
    editor.set(cells, notebook: notebook)
    func uri(_ cell: Editor.Cell) -> String { Editor.uri(notebook: notebook, cell: cell.name) }
    try change(
      notebook,
      [
        "structure": [
          "array": [
            "start": .int(start), "deleteCount": .int(end - start),
            "cells": .array(fresh.map { Self.cell($0, uri($0)) }),
          ],
          "didOpen": .array(fresh.map { Self.text($0, uri($0)) }),
          "didClose": .array(gone.map { ["uri": .string(uri($0))] }),
        ]
      ])
  }

  func setKind(_ notebook: Int, _ cell: Int, _ isCode: Bool) throws {
    guard let cells = editor.books[notebook], !cells.isEmpty else { return }
    let cell = cell % cells.count
    editor.setKind(notebook, cell: cell, isCode: isCode)
    guard let changed = editor.books[notebook]?[cell] else { return }
    try change(notebook, ["data": [Self.cell(changed, Editor.uri(notebook: notebook, cell: changed.name))]])
  }

  func closeNotebook(_ notebook: Int) throws {
    guard let cells = editor.books[notebook] else { return }
    editor.set(nil, notebook: notebook)
    try closeNotebook(Editor.uri(notebook: notebook), cells.map { Editor.uri(notebook: notebook, cell: $0.name) })
  }

  func closeNotebook(_ uri: String, _ cells: [String]) throws {
    try connection.notify(
      "notebookDocument/didClose",
      [
        "notebookDocument": ["uri": .string(uri)],
        "cellTextDocuments": .array(cells.map { ["uri": .string($0)] }),
      ])
  }

  private func change(_ notebook: Int, _ cells: JSONValue) throws {
    try connection.notify(
      "notebookDocument/didChange",
      [
        "notebookDocument": ["uri": .string(Editor.uri(notebook: notebook)), "version": .int(editor.newVersion())],
        "change": ["cells": cells],
      ])
  }

  private static func cell(_ cell: Editor.Cell, _ uri: String) -> JSONValue {
    ["kind": .int(cell.isCode ? 2 : 1), "document": .string(uri)]
  }

  private static func text(_ cell: Editor.Cell, _ uri: String) -> JSONValue {
    item(uri, cell.isPython ? "python" : "markdown", cell.version, cell.text.string)
  }
}
