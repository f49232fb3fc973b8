import Engine
import JSONRPC
import LanguageServer

/// What kind of client a session is.
struct ClientKind {
  var counting: Counting
  /// Whether the client announces any position encoding; UTF-16 counts where it doesn't.
  var announcesCounting: Bool
  var pullsDiagnostics: Bool
  var isModern: Bool

  var capabilities: JSONValue {
    var textDocument: [(String, JSONValue)] = [("publishDiagnostics", ["versionSupport": true])]
    if pullsDiagnostics { textDocument.append(("diagnostic", [:])) }
    if isModern {
      textDocument += [
        ("documentSymbol", ["hierarchicalDocumentSymbolSupport": true]),
        ("hover", ["contentFormat": ["markdown"]]), ("inlayHint", ["resolveSupport": ["properties": ["tooltip"]]]),
        (
          "codeAction",
          [
            "codeActionLiteralSupport": ["codeActionKind": ["valueSet": [""]]], "disabledSupport": true,
            "dataSupport": true, "isPreferredSupport": true, "resolveSupport": ["properties": ["edit"]],
          ]
        ),
      ]
    } else {
      textDocument.append(("codeAction", ["codeActionLiteralSupport": ["codeActionKind": ["valueSet": [""]]]]))
    }
    var all: [(String, JSONValue)] = [
      ("textDocument", .object(JSONObject(textDocument.map { .init(key: $0.0, value: $0.1) }))),
      ("workspace", ["workspaceEdit": ["documentChanges": .bool(isModern)]]),
      ("notebookDocument", ["synchronization": [:]]),
    ]
    if announcesCounting { all.append(("general", ["positionEncodings": [.string(counting.rawValue)]])) }
    return .object(JSONObject(all.map { .init(key: $0.0, value: $0.1) }))
  }
}

/// One server from `initialize` to `exit`, with the editor that it serves.
final class Session {
  let kind: ClientKind
  let connection: Connection
  var editor: Editor

  init(_ kind: ClientKind) throws {
    self.kind = kind
    editor = Editor(kind.counting)
    connection = try Connection(
      LanguageServerConfiguration(
        version: "fuzz", makeEngine: { _, _ in throw Finding("nothing here needs an engine") },
        mayHoldResults: { _ in false }))
    let id = try connection.ask(
      "initialize",
      [
        "processId": nil, "rootUri": "file:///project", "capabilities": kind.capabilities,
        "workspaceFolders": [["uri": "file:///project", "name": "project"]],
      ], isKept: true)
    let encoding = try connection.take(id)["capabilities"]?["positionEncoding"]
    guard encoding == (kind.announcesCounting ? .string(kind.counting.rawValue) : nil) else {
      throw Finding("the position encoding became \(encoding ?? nil)")
    }
    try connection.notify("initialized", [:])
  }

  func perform(_ step: Step) throws {
    switch step {
    case .open(let file, let language, let text): try open(file, language, text)
    case .change(let file, let edits, let versioning): try change(file, edits, versioning)
    case .close(let file): try close(file)
    case .openNotebook(let notebook, let cells): try openNotebook(notebook, cells)
    case .editCells(let notebook, let edits): try editCells(notebook, edits)
    case .changeCells(let notebook, let start, let delete, let cells):
      try changeCells(notebook, start, delete, cells)
    case .setKind(let notebook, let cell, let isCode): try setKind(notebook, cell, isCode)
    case .closeNotebook(let notebook): try closeNotebook(notebook)
    case .ask(let question, let target, let start, let end):
      let uri = editor.uri(of: target)
      // The text of a document that is not open is not there.
      try connection.ask(question.method, question.params(uri, start, end), question == .text ? .resultOrGone : .result)
    case .cancel(let age): try connection.cancel(age)
    case .damage(let damage):
      let uri = editor.uri(of: .file(connection.newNumber() % Editor.files))
      try connection.send(damage.message(connection.newNumber(), uri: uri), "\(damage)")
    case .fix(let target, let place): try fix(target, place)
    case .check(let target, let place): try check(target, place)
    }
  }

  // MARK: Files

  private func open(_ slot: Int, _ language: Language, _ text: String) throws {
    // The same document may be opened anew without being closed; in another language it is another document here.
    if let open = editor.open[slot], open.language != language { try close(slot) }
    let file = Editor.File(
      language: language, uri: Editor.uri(slot, language), text: ReferenceText(text), version: editor.newVersion())
    editor.set(file, at: slot)
    try open(file.uri, language.rawValue, file.version, text)
  }

  func open(_ uri: String, _ language: String, _ version: Int, _ text: String) throws {
    try connection.notify("textDocument/didOpen", ["textDocument": Self.item(uri, language, version, text)])
  }

  private func change(_ slot: Int, _ edits: [Edit], _ versioning: Step.Versioning) throws {
    guard let file = editor.change(slot, edits, versioning) else { return }
    let version: JSONValue = versioning == .numbered ? .int(file.version) : nil
    try connection.notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(file.uri), "version": version], "contentChanges": .array(edits.map(\.json)),
      ])
  }

  private func close(_ slot: Int) throws {
    guard let file = editor.open[slot] else { return }
    editor.set(nil, at: slot)
    try close(file.uri)
  }

  func close(_ uri: String) throws {
    try connection.notify("textDocument/didClose", ["textDocument": ["uri": .string(uri)]])
  }

  static func item(_ uri: String, _ language: String, _ version: Int, _ text: String) -> JSONValue {
    ["uri": .string(uri), "languageId": .string(language), "version": .int(version), "text": .string(text)]
  }

  // MARK: The end

  /// Closes everything; nothing may be left of it.
  func closeAll() throws {
    for slot in 0..<Editor.files { try close(slot) }
    for notebook in 0..<Editor.notebooks { try closeNotebook(notebook) }
    try connection.settle()
    for (uri, last) in connection.published where last != [] {
      throw Finding("\(uri) is closed, and its diagnostics stay: \(last)")
    }
    connection.forgetPublished()
  }
}
