import JSONRPC

/// The server's view of a document against an analysis, from scratch, of the text that the document must have.
extension Session {
  func check(_ target: Step.Target, _ place: WirePosition) throws {
    try connection.settle()
    switch target {
    case .file(let slot):
      guard let file = editor.open[slot] else { return }
      let fresh = String(file.uri.prefix { $0 != ":" }) + ":///project/fresh.\(file.language.suffix)"
      try open(fresh, file.language.rawValue, 1, file.text.string)
      try compare(file.uri, fresh, file.text, place)
      try close(fresh)
      connection.forget(fresh)
    case .cell(let notebook, _):
      guard let cells = editor.books[notebook] else { return }
      let uri = "file:///project/fresh.ipynb"
      func fresh(_ name: Int) -> String { "notebook-cell:/project/fresh.ipynb#\(name)" }
      try openNotebook(uri, cells, fresh)
      for cell in cells {
        let edited = Editor.uri(notebook: notebook, cell: cell.name)
        if cell.counts {
          try compare(edited, fresh(cell.name), cell.text, place)
        } else {
          try isClosed(edited)
        }
      }
      try closeNotebook(uri, cells.map { fresh($0.name) })
      for cell in cells { connection.forget(fresh(cell.name)) }
    }
    try connection.settle()
  }

  private func compare(_ edited: String, _ fresh: String, _ text: ReferenceText, _ place: WirePosition) throws {
    let ids = try (ask(about: edited, place), ask(about: fresh, place))
    for (question, (left, right)) in zip(Self.compared, zip(ids.0, ids.1)) {
      let (ours, theirs) = try (connection.take(left), connection.take(right))
      if question == .text {
        // Twice: what the fresh document says shows that the comparison itself is right.
        guard theirs["text"]?.stringValue.map(ReferenceText.init) == text else {
          throw Finding("\(fresh) has another text than it was opened with")
        }
        guard ours["text"]?.stringValue.map(ReferenceText.init) == text else {
          throw Finding("\(edited) has drifted: its text is \(ours), it should be \(jsonString(text.string))")
        }
      }
      try isSame(Self.neutral(ours, edited), Self.neutral(theirs, fresh), "\(question)", edited)
    }
    guard !kind.pullsDiagnostics else { return }
    // Pushed when the server has nothing to answer: what is not there yet may still come.
    while connection.published[edited] != connection.published[fresh] {
      guard try connection.receiveMore() else {
        return try isSame(
          connection.published[edited] ?? .null,
          connection.published[fresh] ?? .null, "pushed diagnostics", edited)
      }
    }
  }

  /// What is asked of both.
  private static let compared: [Question] = [.text, .symbols, .ops, .lenses, .hints, .hover, .actions, .diagnostics]

  private func ask(about uri: String, _ place: WirePosition) throws -> [RequestID] {
    try Self.compared.map { question in
      let isWhole = question == .hints
      let start = isWhole ? WirePosition(line: 0, character: 0) : place
      let end = isWhole ? WirePosition(line: .max, character: 0) : place
      return try connection.ask(question.method, question.params(uri, start, end), isKept: true)
    }
  }

  private func isSame(_ ours: JSONValue, _ theirs: JSONValue, _ what: String, _ uri: String) throws {
    guard ours != theirs else { return }
    throw Finding("\(what) of \(uri) are \(ours), from scratch \(theirs)")
  }

  /// A cell that is no code is no document.
  private func isClosed(_ uri: String) throws {
    let id = try connection.ask(Question.ops.method, ["textDocument": ["uri": .string(uri)]], isKept: true)
    try connection.ask(Question.text.method, ["uri": .string(uri)], .error(.requestFailed))
    guard try connection.take(id) == [] else { throw Finding("\(uri) is no code, and has ops") }
  }

  /// Without what differs between two documents of the same text: their names, versions and numbers.
  private static func neutral(_ value: JSONValue, _ uri: String) -> JSONValue {
    switch value {
    case .string(let text): return text == uri ? "it" : value
    case .array(let elements): return .array(elements.map { neutral($0, uri) })
    case .object(let object):
      let members = object.members.filter { !["version", "resultId"].contains($0.key) }
      return .object(
        JSONObject(
          members.map { member in
            // Data of lenses and hints begins with the document's number.
            let isNumbered = member.key == "data" && member.value.arrayValue != nil
            let value = isNumbered ? .array(Array(member.value.arrayValue?.dropFirst() ?? [])) : member.value
            return .init(key: member.key == uri ? "it" : member.key, value: neutral(value, uri))
          }))
    default: return value
    }
  }

  // MARK: Fixes

  /// What a person does who inserts a directive or takes a generated block out: the server's edit is made, and comes back
  /// as a change.
  func fix(_ target: Step.Target, _ place: WirePosition) throws {
    guard editor.text(of: target) != nil else { return }
    let uri = editor.uri(of: target)
    let question = Question.actions
    let actions = try connection.take(
      try connection.ask(question.method, question.params(uri, place, place), isKept: true))
    for action in actions.arrayValue ?? [] where action["edit"] != nil || action["data"] != nil {
      let resolved =
        action["edit"] != nil
        ? action : try connection.take(try connection.ask("codeAction/resolve", action, isKept: true))
      // Later actions are about the text as it was.
      return try make(resolved["edit"] ?? .null, target, uri)
    }
  }

  private func make(_ edit: JSONValue, _ target: Step.Target, _ uri: String) throws {
    let edits = edit["documentChanges"]?[0]?["edits"] ?? edit["changes"]?[uri]
    guard let edits = edits?.arrayValue, !edits.isEmpty else { throw Finding("an action without an edit: \(edit)") }
    let made = try edits.map { edit in
      guard let start = Self.position(edit["range"]?["start"]), let end = Self.position(edit["range"]?["end"]),
        let text = edit["newText"]?.stringValue
      else { throw Finding("an edit that is none: \(edit)") }
      return Edit(range: (start, end), text: text)
    }
    switch target {
    case .file(let slot): try perform(.change(file: slot, made, .numbered))
    case .cell(let notebook, let cell): try perform(.editCells(notebook, [(cell, made)]))
    }
  }

  private static func position(_ json: JSONValue?) -> WirePosition? {
    guard let line = json?["line"]?.intValue, let character = json?["character"]?.intValue else { return nil }
    return WirePosition(line: line, character: character)
  }
}
