import JSONRPC
import LanguageServerProtocol
import Testing

@Suite("Protocol types on the wire")
struct EncodingTests {
  private let range = Range(start: Position(line: 1, character: 2), end: Position(line: 3, character: 4))
  private let rangeJSON: JSONValue = [
    "start": ["line": 1, "character": 2], "end": ["line": 3, "character": 4],
  ]

  @Test("a workspace edit carries the document's version where the client takes it, and else is a plain map")
  func workspaceEdit() {
    let document = VersionedTextDocumentIdentifier(uri: "file:///a.py", version: 7)
    var edit = WorkspaceEdit(
      document: document, edits: [TextEdit(range: range, newText: "x\n")], usesDocumentChanges: true)
    let edits: JSONValue = [["range": rangeJSON, "newText": "x\n"]]
    #expect(
      JSONValue(encoding: edit) == [
        "documentChanges": [["textDocument": ["uri": "file:///a.py", "version": 7], "edits": edits]]
      ])
    edit.usesDocumentChanges = false
    #expect(JSONValue(encoding: edit) == ["changes": ["file:///a.py": edits]])
  }

  @Test("a code action leaves out what it has not, and gives its reason when disabled")
  func codeAction() {
    let plain = CodeAction(title: "Optimize", kind: "refactor")
    #expect(JSONValue(encoding: plain) == ["title": "Optimize", "kind": "refactor"])
    let disabled = CodeAction(title: "Apply", kind: "refactor", disabledReason: "nothing verified yet")
    #expect(JSONValue(encoding: disabled)["disabled"] == ["reason": "nothing verified yet"])
  }

  @Test("diagnostics, hints, symbols and lenses have the specification's members")
  func items() {
    let diagnostic = Diagnostic(
      range: range, severity: .hint, code: .init("no-example-inputs"), message: "no \"inputs\"")
    #expect(
      JSONValue(encoding: diagnostic) == [
        "range": rangeJSON, "severity": 4, "code": "no-example-inputs", "source": "kernelwright",
        "message": "no \"inputs\"",
      ])
    let hint = InlayHint(position: range.start, label: "3 ms")
    #expect(
      JSONValue(encoding: hint) == ["position": ["line": 1, "character": 2], "label": "3 ms", "paddingLeft": true])
    var symbol = DocumentSymbol(
      name: "Model", detail: "module", kind: .class, range: range, selectionRange: range, flatIn: nil)
    #expect(
      JSONValue(encoding: symbol) == [
        "name": "Model", "kind": 5, "detail": "module", "range": rangeJSON, "selectionRange": rangeJSON,
      ])
    symbol.flatIn = "file:///a.py"
    #expect(
      JSONValue(encoding: symbol) == [
        "name": "Model", "kind": 5, "location": ["uri": "file:///a.py", "range": rangeJSON],
      ])
    #expect(
      JSONValue(encoding: CodeLens(range: range, data: [1, "Model"])) == ["range": rangeJSON, "data": [1, "Model"]])
  }

  @Test("progress is begun as cancellable and ends with a sentence")
  func progress() {
    let begin = WorkDoneProgress.begin(title: "Optimize Model", message: nil, percentage: 0)
    #expect(
      JSONValue(encoding: begin) == [
        "kind": "begin", "title": "Optimize Model", "cancellable": true, "percentage": 0,
      ])
    #expect(JSONValue(encoding: WorkDoneProgress.end(message: "done")) == ["kind": "end", "message": "done"])
  }

  @Test("a client of any age is read: missing, null and odd capabilities count as not announced")
  func capabilities() throws {
    for text in ["{}", #"{"capabilities":null}"#, #"{"capabilities":{"window":[],"general":{"positionEncodings":7}}}"#]
    {
      let params = try InitializeRequest.Params(json: JSONValue(parsing: text))
      #expect(!params.capabilities.workDoneProgress && params.capabilities.positionEncodings.isEmpty)
    }
    let full = try InitializeRequest.Params(
      json: JSONValue(
        parsing: """
          {"processId":null,"rootUri":null,"workspaceFolders":null,"capabilities":{"general":{"positionEncodings":["utf-32","utf-8"]},\
          "textDocument":{"diagnostic":{},"codeAction":{"dataSupport":true,"resolveSupport":{"properties":["edit"]}}}}}
          """))
    #expect(full.capabilities.pullDiagnostics && full.capabilities.codeActionResolvesEdit)
    #expect(full.capabilities.positionEncodings == ["utf-32", "utf-8"])
  }

  @Test("server capabilities: push and pull are never both on, and nothing is said of an encoding nobody asked about")
  func serverCapabilities() {
    let base = ServerCapabilities(
      positionEncoding: nil, codeActionKinds: ["quickfix"], commands: ["a"], resolvesCodeActions: false,
      resolvesInlayHints: false, pullsDiagnostics: false)
    let json = JSONValue(encoding: base)
    #expect(json["positionEncoding"] == nil && json["diagnosticProvider"] == nil)
    #expect(json["textDocumentSync"] == ["openClose": true, "change": 2])
  }

  @Test("a command's argument round-trips")
  func commandArgument() throws {
    let argument = CommandArgument(uri: "file:///a.py", name: "Model", candidate: "c1", guidance: ["keep fp32"])
    #expect(try CommandArgument(json: JSONValue(encoding: argument)) == argument)
  }
}
