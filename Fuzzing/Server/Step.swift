import JSONRPC

/// One operation of a run: plain data, so that a run can be repeated and thinned out. A step that has become senseless,
/// because the one that opened its document is gone, does nothing.
enum Step {
  case open(file: Int, Language, String)
  case change(file: Int, [Edit], Versioning)
  case close(file: Int)
  case openNotebook(Int, [Cell])
  case editCells(Int, [(cell: Int, edits: [Edit])])
  /// Cells that go and cells that come, at a place.
  case changeCells(Int, start: Int, delete: Int, [Cell])
  /// A cell becomes text or code.
  case setKind(Int, cell: Int, isCode: Bool)
  case closeNotebook(Int)
  case ask(Question, Target, WirePosition, WirePosition)
  /// Takes back the request that came so many requests before this.
  case cancel(Int)
  case damage(Damage)
  /// Asks for the code actions at a place, resolves what carries an edit, and makes that edit.
  case fix(Target, WirePosition)
  /// Compares with an analysis from scratch; the place is where hover and actions are compared.
  case check(Target, WirePosition)

  enum Versioning {
    case numbered
    /// Without a version, as some editors do.
    case missing
  }

  enum Target {
    case file(Int)
    case cell(notebook: Int, Int)
  }

  struct Cell {
    var name: Int
    var isCode = true
    var isPython = true
    var text: String
  }
}

/// Languages by what an editor calls them, and the end of a file's name.
enum Language: String, CaseIterable {
  case python, cpp, cuda, opencl, metal

  var suffix: String {
    switch self {
    case .python: "py"
    case .cpp: "cpp"
    case .cuda: "cu"
    case .opencl: "cl"
    case .metal: "metal"
    }
  }
}

/// Requests about a document or a place in it.
enum Question: CaseIterable {
  case symbols, ops, lenses, hints, hover, actions, diagnostics, workspaceDiagnostics, text, resolveLens, resolveHint

  var method: String {
    switch self {
    case .symbols: "textDocument/documentSymbol"
    case .ops: "kernelwright/ops"
    case .lenses: "textDocument/codeLens"
    case .hints: "textDocument/inlayHint"
    case .hover: "textDocument/hover"
    case .actions: "textDocument/codeAction"
    case .diagnostics: "textDocument/diagnostic"
    case .workspaceDiagnostics: "workspace/diagnostic"
    case .text: "workspace/textDocumentContent"
    case .resolveLens: "codeLens/resolve"
    case .resolveHint: "inlayHint/resolve"
    }
  }

  func params(_ uri: String, _ start: WirePosition, _ end: WirePosition) -> JSONValue {
    let document: JSONValue = ["uri": .string(uri)]
    let range: JSONValue = ["start": start.json, "end": end.json]
    switch self {
    case .symbols, .ops, .lenses, .diagnostics: return ["textDocument": document]
    case .text: return ["uri": .string(uri)]
    case .workspaceDiagnostics: return ["previousResultIds": []]
    case .hints: return ["textDocument": document, "range": range]
    case .hover: return ["textDocument": document, "position": start.json]
    case .actions: return ["textDocument": document, "range": range, "context": ["diagnostics": []]]
    // Data that may or may not name an op that is there.
    case .resolveLens: return ["range": range, "data": [.int(1 + abs(start.line % 50)), "Model"]]
    case .resolveHint: return ["position": start.json, "label": "", "data": [.int(1 + abs(start.line % 50)), "Model"]]
    }
  }
}

extension WirePosition {
  var json: JSONValue { ["line": .int(line), "character": .int(character)] }
}

extension Edit {
  var json: JSONValue {
    guard let range else { return ["text": .string(text)] }
    return ["range": ["start": range.start.json, "end": range.end.json], "text": .string(text)]
  }
}
