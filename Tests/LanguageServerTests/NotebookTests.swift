import JSONRPC
import Testing

@testable import LanguageServer

@Suite("Notebooks")
struct NotebookTests {
  private static let notebook = "file:///project/study.ipynb"
  private static func uri(_ cell: String) -> String { "vscode-notebook-cell:/project/study.ipynb#\(cell)" }

  private static func cell(_ name: String, kind: Int = 2) -> JSONValue {
    ["kind": .int(kind), "document": .string(uri(name))]
  }

  private static func text(_ name: String, _ text: String, language: String = "python") -> JSONValue {
    ["uri": .string(uri(name)), "languageId": .string(language), "version": 1, "text": .string(text)]
  }

  private func client() throws -> TestClient {
    let client = try TestClient(Capabilities.modern(with: "notebookDocument.synchronization", [:]))
    client.allowed.insert("textDocument/publishDiagnostics")
    client.notify(
      "notebookDocument/didOpen",
      [
        "notebookDocument": [
          "uri": .string(Self.notebook), "notebookType": "jupyter-notebook", "version": 1,
          "cells": [Self.cell("a"), Self.cell("text", kind: 1), Self.cell("b"), Self.cell("c")],
        ],
        "cellTextDocuments": [
          Self.text("a", "%matplotlib inline\nimport torch\n"), Self.text("text", "# Title", language: "markdown"),
          Self.text("b", "def helper(x):\n    return torch.exp(x)"),
          Self.text("c", "# 🔥\ndef scale(x, y):\n    return helper(x) * torch.relu(y)\n"),
        ],
      ])
    return client
  }

  private func change(_ client: TestClient, _ cells: JSONValue) {
    client.notify(
      "notebookDocument/didChange",
      ["notebookDocument": ["uri": .string(Self.notebook), "version": 2], "change": ["cells": cells]])
  }

  private func symbols(_ client: TestClient, _ cell: String) throws -> [JSONValue] {
    try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(Self.uri(cell))]]).arrayValue
      ?? []
  }

  private func fingerprint(_ client: TestClient, _ cell: String) throws -> String? {
    try client.request("kernelwright/ops", ["textDocument": ["uri": .string(Self.uri(cell))]])[0]?["fingerprint"]?
      .stringValue
  }

  /// The last diagnostics of a cell, once there are any: they are pushed when there is nothing to answer, cell by cell.
  private func pushed(_ client: TestClient, _ cell: String) throws -> JSONValue {
    while true {
      let published = client.allowedParams["textDocument/publishDiagnostics"] ?? []
      if let last = published.last(where: { $0["uri"] == .string(Self.uri(cell)) }) { return last }
      try client.wait(for: "textDocument/publishDiagnostics", count: published.count + 1)
    }
  }

  @Test("the server asks for Python cells, of clients that know notebooks")
  func capability() throws {
    let client = try client()
    let selector = client.capabilities["notebookDocumentSync"]?["notebookSelector"]?[0]
    #expect(selector?["notebook"] == "*" && selector?["cells"] == [["language": "python"]])
    try client.finish()
    let other = try TestClient(Capabilities.modern)
    #expect(other.capabilities["notebookDocumentSync"] == nil)
    try other.finish()
  }

  @Test("symbols, hover, hints, actions and diagnostics work in a cell, at the cell's own positions")
  func features() throws {
    let client = try client()
    let found = try symbols(client, "c")
    #expect(found.count == 1 && found[0]["name"] == "scale")
    let start: JSONValue = ["line": 1, "character": 4]
    #expect(found[0]["selectionRange"]?["start"] == start)
    #expect(try symbols(client, "text").isEmpty && symbols(client, "a").isEmpty)
    #expect(try client.hover(start, uri: Self.uri("c"))?.contains("scale") == true)
    #expect(try client.labels(uri: Self.uri("c")) == ["no example inputs"])
    #expect(try client.hints(uri: Self.uri("c"))[0]["position"]?["line"] == 1)
    let fix = try #require(try client.actions(at: start, only: ["quickfix"], uri: Self.uri("c")).first)
    let edit = try client.request("codeAction/resolve", fix)["edit"]?["documentChanges"]?[0]
    #expect(edit?["textDocument"]?["uri"] == .string(Self.uri("c")))
    #expect(edit?["edits"]?[0]?["range"]?["start"] == ["line": 1, "character": 0])
    let last = try pushed(client, "c")
    #expect(last["diagnostics"]?[0]?["code"] == "no-example-inputs")
    #expect(last["diagnostics"]?[0]?["range"]?["start"] == start)
    try client.finish()
  }

  @Test("an edit in one cell changes what an op in another means; undoing it changes it back")
  func edit() throws {
    let client = try client()
    let before = try fingerprint(client, "c")
    func edit(_ word: String, version: Int) {
      change(
        client,
        [
          "textContent": [
            [
              "document": ["uri": .string(Self.uri("b")), "version": .int(version)],
              "changes": [
                [
                  "range": ["start": ["line": 1, "character": 17], "end": ["line": 1, "character": 20]],
                  "text": .string(word),
                ]
              ],
            ]
          ]
        ])
    }
    edit("sin", version: 2)
    #expect(try fingerprint(client, "c") != before)
    edit("exp", version: 3)
    #expect(try fingerprint(client, "c") == before && before != nil)
    // Text synchronisation of cells is the notebook's: this must change nothing.
    client.change(to: "", version: 9, uri: Self.uri("c"))
    #expect(try symbols(client, "c").count == 1)
    client.notify("notebookDocument/didSave", ["notebookDocument": ["uri": .string(Self.notebook)]])
    try client.finish()
  }

  @Test("cells come, go and change places; a closed notebook leaves nothing behind")
  func structure() throws {
    let client = try client()
    change(
      client,
      [
        "structure": [
          "array": ["start": 1, "deleteCount": 2, "cells": [Self.cell("d")]],
          "didOpen": [Self.text("d", "\ndef made(x):\n    return torch.tan(x)")],
          "didClose": [["uri": .string(Self.uri("text"))], ["uri": .string(Self.uri("b"))]],
        ]
      ])
    #expect(try symbols(client, "d").map { $0["name"] } == ["made"])
    #expect(try symbols(client, "b").isEmpty)
    #expect(try symbols(client, "c").count == 1)
    #expect(try pushed(client, "c")["diagnostics"] != [])
    // Python that is shown as text is no program any more.
    change(client, ["data": [Self.cell("d", kind: 1)]])
    #expect(try symbols(client, "d").isEmpty)
    client.notify(
      "notebookDocument/didClose",
      ["notebookDocument": ["uri": .string(Self.notebook)], "cellTextDocuments": [["uri": .string(Self.uri("c"))]]])
    #expect(try symbols(client, "c").isEmpty)
    #expect(try pushed(client, "c")["diagnostics"] == [])
    try client.finish()
  }

  @Test("a cell that is closed and opened again in one change has its new text")
  func openedAgain() throws {
    let client = try client()
    change(
      client,
      [
        "structure": [
          "array": ["start": 3, "deleteCount": 1, "cells": [Self.cell("c")]],
          "didOpen": [Self.text("c", "def other(x):\n    return torch.tan(x)")],
          "didClose": [["uri": .string(Self.uri("c"))]],
        ]
      ])
    #expect(try symbols(client, "c").map { $0["name"] } == ["other"])
    // Numbers that can't be: all cells from the third on.
    change(client, ["structure": ["array": ["start": 3, "deleteCount": .int(.max)]]])
    #expect(try symbols(client, "c").isEmpty)
    try client.finish()
  }
}
