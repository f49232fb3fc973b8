import JSONRPC
import LanguageServerProtocol
import SourceIndex
import Testing

@testable import LanguageServer

@Suite("Documents")
struct DocumentTests {
  @Test(
    "an op without example inputs: a hint-severity diagnostic, a quick fix that writes a directive, a lens that offers it"
  )
  func missingInputs() throws {
    let text = Marked(Samples.bare)
    let client = try TestClient()
    let diagnostics = try client.open(text)
    let name = text.position("name")
    #expect(diagnostics[0]?["code"] == "no-example-inputs" && diagnostics[0]?["severity"] == 4)
    #expect(diagnostics[0]?["range"]?["start"] == name)
    #expect(try client.labels() == ["no example inputs"])
    #expect(try client.action("Optimize this op", at: name)["disabled"] != nil)

    let found =
      try client.request(
        "textDocument/codeAction",
        [
          "textDocument": ["uri": .string(Samples.uri)], "range": ["start": name, "end": name],
          "context": ["diagnostics": diagnostics, "only": ["quickfix"]],
        ]
      ).arrayValue ?? []
    #expect(found.count == 1)
    let fix = try #require(found.first)
    #expect(fix["isPreferred"] == true && fix["diagnostics"] == diagnostics)
    let edit = try client.request("codeAction/resolve", fix)["edit"]?["documentChanges"]?[0]?["edits"]?[0]
    let directive = try #require(edit?["newText"]?.stringValue)
    #expect(directive.hasPrefix("# kernelwright: x=f32[") && directive.hasSuffix("\n"))
    let line = text.line("name")
    #expect(edit?["range"]?["start"] == ["line": .int(line), "character": 0])

    let lenses = try client.request("textDocument/codeLens", ["textDocument": ["uri": .string(Samples.uri)]])
    let lens = try client.request("codeLens/resolve", try #require(lenses[0]))
    #expect(lens["command"]?["command"] == "kernelwright.insertDirective")

    // The diagnostic goes when the directive is there.
    var lines = text.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.insert(String(directive.dropLast()), at: line)
    client.change(to: lines.joined(separator: "\n"), version: 2)
    #expect(try client.expect("textDocument/publishDiagnostics").params["diagnostics"] == [])
    try client.finish()
  }

  @Test("what was pushed of a document is taken back when it is closed, or opened as none of ours")
  func takenBack() throws {
    let client = try TestClient()
    let text = Marked(Samples.bare)
    try client.open(text)
    // The client asks as well, so that the server knows of the edit's effect before it has pushed it.
    client.change(to: "", version: 2)
    let params: JSONValue = ["textDocument": ["uri": .string(Samples.uri)]]
    client.allowed.insert("textDocument/publishDiagnostics")
    let id = client.ask("textDocument/diagnostic", params)
    client.notify("textDocument/didClose", params)
    _ = try client.reply(to: id)
    #expect(try client.labels().isEmpty)
    #expect(client.allowedParams["textDocument/publishDiagnostics"]?.last?["diagnostics"] == [])

    let count = client.allowedParams["textDocument/publishDiagnostics"]?.count ?? 0
    client.openOnly(text.text)
    try client.wait(for: "textDocument/publishDiagnostics", count: count + 1)
    // Opened twice, and gone before anything was pushed of the second.
    client.openOnly("", version: 3)
    client.notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": .string(Samples.uri), "languageId": "rust", "version": 4, "text": "fn main() {}"]])
    #expect(try client.labels().isEmpty)
    #expect(client.allowedParams["textDocument/publishDiagnostics"]?.last?["diagnostics"] == [])
    try client.finish()
  }

  @Test("a mistake in a directive is said where it stands")
  func directiveProblem() throws {
    let client = try TestClient()
    let text = Marked("import torch\n\n# kernelwright: x=⟦dtype⟧q7[4]\ndef f(x):\n    return torch.exp(x)\n")
    let diagnostics = try client.open(text).arrayValue ?? []
    let problem = try #require(diagnostics.first { $0["code"] == "directive" })
    #expect(problem["severity"] == 2 && problem["range"]?["start"] == text.position("dtype"))
    try client.finish()
  }

  @Test(
    "positions are right in every encoding, whatever stands in front of them", arguments: ["utf-8", "utf-16", "utf-32"])
  func encodings(_ encoding: String) throws {
    let kind = try #require(PositionEncodingKind(rawValue: encoding))
    let client = try TestClient(
      Capabilities.modern(with: "general.positionEncodings", [.string(encoding)]))
    let text = Marked(
      """
      import torch
      if "👩🏽‍🔬 é 注意":
          名 = "🔥"; 注 = 1; ⟦before⟧a = 1
          def ⟦name⟧規格(x): return "🔥🔥", torch.exp(⟦inside⟧x)

      """)
    let diagnostics = try client.open(text)
    #expect(diagnostics[0]?["range"]?["start"] == text.position("name", kind))
    #expect(try client.hover(text.position("inside", kind)) != nil)
    // An edit in front of the name, after emoji, moves it by as much as the client thinks.
    let place = text.position("before", kind)
    client.notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(Samples.uri), "version": 2],
        "contentChanges": [["range": ["start": place, "end": place], "text": "👩🏽‍🔬 = 2; "]],
      ])
    try client.expect("textDocument/publishDiagnostics")
    let edited = Marked(text.text.replacing("a = 1", with: "👩🏽‍🔬 = 2; a = 1"))
    #expect(
      try client.request("kernelwright/ops", ["textDocument": ["uri": .string(Samples.uri)]]) == fresh(edited, kind))
    try client.finish()
  }

  /// What a server says of a text that it sees for the first time.
  private func fresh(_ text: Marked, _ kind: PositionEncodingKind) throws -> JSONValue {
    let client = try TestClient(Capabilities.modern(with: "general.positionEncodings", [.string(kind.rawValue)]))
    try client.open(text)
    let ops = try client.request("kernelwright/ops", ["textDocument": ["uri": .string(Samples.uri)]])
    try client.finish()
    return ops
  }

  @Test("ranges outside of the text are clamped, whatever the client sends")
  func clamped() throws {
    let client = try TestClient()
    let text = Marked(Samples.bare)
    try client.open(text)
    for (index, (line, character)) in [(-5, -5), (0, 9999), (9999, 0), (2, -1)].enumerated() {
      let place: JSONValue = ["line": .int(line), "character": .int(character)]
      let far: JSONValue = ["line": 99999, "character": 99999]
      client.notify(
        "textDocument/didChange",
        [
          "textDocument": ["uri": .string(Samples.uri), "version": .int(index + 2)],
          "contentChanges": [
            ["range": ["start": place, "end": place], "text": "#\n"],
            ["range": ["start": far, "end": place], "text": ""],
            ["text": .string(text.text)],
          ],
        ])
      try client.expect("textDocument/publishDiagnostics")
      #expect(try client.labels() == ["no example inputs"])
      _ = try client.hover(place)
      _ = try client.actions(at: place)
      _ = try client.request(
        "textDocument/inlayHint",
        ["textDocument": ["uri": .string(Samples.uri)], "range": ["start": far, "end": place]])
    }
    try client.finish()
  }

  @Test("diagnostics of a closed document are taken back, and it is answered like one that was never open")
  func closing() throws {
    let client = try TestClient()
    try client.open(Marked(Samples.bare))
    client.notify("textDocument/didClose", ["textDocument": ["uri": .string(Samples.uri)]])
    #expect(try client.expect("textDocument/publishDiagnostics").params["diagnostics"] == [])
    #expect(try client.hover(["line": 3, "character": 4]) == nil)
    try client.finish()
  }

  @Test("pulled diagnostics: a result id, unchanged until they change, and nothing pushed")
  func pulled() throws {
    let client = try TestClient(Capabilities.pulling)
    client.openOnly(Marked(Samples.bare).text)
    let uri: JSONValue = ["uri": .string(Samples.uri)]
    let first = try client.request("textDocument/diagnostic", ["textDocument": uri])
    #expect(first["kind"] == "full" && first["items"]?.arrayValue?.count == 1)
    let id = try #require(first["resultId"])
    // Typing behind the last op changes nothing that is said.
    client.change(to: Marked(Samples.bare).text + "# more\n", version: 2)
    let second = try client.request("textDocument/diagnostic", ["textDocument": uri, "previousResultId": id])
    #expect(second == ["kind": "unchanged", "resultId": id])
    client.change(to: "\n" + Marked(Samples.bare).text, version: 3)
    let third = try client.request("textDocument/diagnostic", ["textDocument": uri, "previousResultId": id])
    #expect(third["kind"] == "full" && third["resultId"] != id)
    try client.finish()
  }

  @Test("symbols are hierarchical where the client knows them, else flat with a location")
  func symbols() throws {
    let text = Marked(Samples.model)
    for (capabilities, isFlat) in [(Capabilities.modern, false), (Capabilities.bare, true)] {
      let client = try TestClient(capabilities)
      try client.open(text)
      let symbols = try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(Samples.uri)]])
      #expect(symbols[0]?["name"] == "Model")
      #expect((symbols[0]?["location"] != nil) == isFlat)
      try client.finish()
    }
  }

  @Test(
    "a client that announces nothing gets commands for actions, plain text for cards, edits by applyEdit or not at all")
  func bareClient() throws {
    let text = Marked(Samples.bare)
    let client = try TestClient(Capabilities.bare)
    try client.open(text)
    let actions = try client.actions(at: text.position("name"))
    #expect(actions.map { $0["command"] } == ["kernelwright.insertDirective"])
    #expect(try #require(try client.hover(text.position("name"))).hasPrefix("scale · no example inputs"))
    let error = #expect(throws: ResponseError.self) {
      try client.request(
        "workspace/executeCommand",
        ["command": "kernelwright.insertDirective", "arguments": actions[0]["arguments"] ?? []])
    }
    #expect(error?.code == .requestFailed)
    try client.finish()
  }

  @Test("a command that edits asks the client to, and says what became of it")
  func applyEditCommand() throws {
    let text = Marked(Samples.bare)
    let client = try TestClient()
    try client.open(text)
    let argument: JSONValue = ["uri": .string(Samples.uri), "name": "scale"]
    let id = client.ask(
      "workspace/executeCommand", ["command": "kernelwright.insertDirective", "arguments": [argument]])
    let ask = try client.expect("workspace/applyEdit")
    #expect(ask.params["edit"]?["documentChanges"]?[0]?["textDocument"]?["version"] == 1)
    ask.reply(["applied": false, "failureReason": "busy"])
    #expect(try client.reply(to: id).get() == ["applied": false])
    try client.finish()
  }

  @Test("documents that are no files, or of another language, are answered and never run")
  func otherDocuments() throws {
    let client = try TestClient()
    let text = Marked(Samples.model)
    try client.open(text, uri: "untitled:Untitled-1")
    let position = text.position("name")
    let action = try #require(
      try client.actions(at: position, uri: "untitled:Untitled-1").first { $0["title"] == "Optimize this op" })
    let error = #expect(throws: ResponseError.self) { try client.run(action) }
    #expect(error?.message.contains("save it first") == true)
    client.notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": "file:///project/a.rs", "languageId": "rust", "version": 1, "text": "fn f() {}"]])
    #expect(try client.hover(["line": 0, "character": 3], uri: "file:///project/a.rs") == nil)
    #expect(try client.hints(uri: "file:///project/a.rs") == [])
    try client.finish()
  }

  @Test("line ends of the document are kept by edits")
  func carriageReturns() throws {
    let text = Marked(Samples.bare.replacing("\n", with: "\r\n"))
    let client = try TestClient(Capabilities.modern(with: "textDocument.codeAction.resolveSupport", nil))
    try client.open(text)
    let name: JSONValue = ["line": 3, "character": 4]
    let fix = try client.action("Insert example inputs", at: name)
    let inserted = fix["edit"]?["documentChanges"]?[0]?["edits"]?[0]?["newText"]?.stringValue
    #expect(inserted?.hasSuffix("\r\n") == true)
    try client.finish()
  }
}
