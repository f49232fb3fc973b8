import Engine
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import Synchronization
import Testing

@testable import LanguageServer

@Suite("What newer clients can do")
struct NewerClientTests {
  private let text = Marked(Samples.model)

  private func client(
    with path: String, _ value: JSONValue = [:], _ candidate: JudgedCandidate = Samples.candidate()
  ) throws -> TestClient {
    let record = try Samples.record(of: "Model", in: Samples.model, result: Samples.result([candidate]))
    let client = try TestClient(Capabilities.modern(with: path, value), engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    return client
  }

  @Test("a report is a document of the server's for a client that asks for texts, and stays as it was shown")
  func content() throws {
    let client = try client(with: "workspace.textDocumentContent")
    #expect(client.capabilities["workspace"]?["textDocumentContent"] == ["schemes": ["kernelwright"]])
    let action = try client.action("Show report", at: text.position("name"))
    let uri = try #require(try client.run(action)["uri"])
    let shown = try client.expect("window/showDocument")
    #expect(shown.params["uri"] == uri && uri.stringValue?.hasPrefix("kernelwright:/") == true)
    #expect(uri.stringValue?.hasSuffix("Model.md") == true)
    shown.reply(["success": true])
    let report = try client.request("workspace/textDocumentContent", ["uri": uri])["text"]?.stringValue
    #expect(report?.contains("verified") == true)
    let again = try #require(try client.run(action)["uri"])
    try client.expect("window/showDocument").reply(["success": true])
    #expect(again != uri)
    #expect(try client.request("workspace/textDocumentContent", ["uri": uri])["text"]?.stringValue == report)
    let unknown: JSONValue = ["uri": "kernelwright:/99/x"]
    #expect(try client.errorCode("workspace/textDocumentContent", unknown) == .requestFailed)
    try client.finish()
  }

  @Test(
    "an edit says what it is, to a client that shows that; an action's to one that shows it there",
    arguments: [true, false])
  func annotation(_ isShownOfActions: Bool) throws {
    let label: JSONValue = ["label": "Apply verified replacement of Model", "needsConfirmation": false]
    let annotating = Capabilities.modern(with: "workspace.workspaceEdit.changeAnnotationSupport", [:])
    let record = try Samples.record(of: "Model", in: Samples.model, result: Samples.result([Samples.candidate()]))
    let client = try TestClient(
      Capabilities.changed(annotating, "textDocument.codeAction.honorsChangeAnnotations", .bool(isShownOfActions)),
      engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    let action = try client.action("Apply verified replacement", at: text.position("name"))
    let edit = try #require(try client.request("codeAction/resolve", action)["edit"])
    let id = edit["documentChanges"]?[0]?["edits"]?[0]?["annotationId"]?.stringValue
    #expect((id == nil) == !isShownOfActions)
    #expect(edit["changeAnnotations"] == id.map { [$0: label] })

    let command = client.ask(
      "workspace/executeCommand",
      ["command": "kernelwright.apply", "arguments": [["uri": .string(Samples.uri), "name": "Model"]]])
    let asked = try client.expect("workspace/applyEdit")
    #expect(asked.params["edit"]?["changeAnnotations"]?["kernelwright"] == label)
    asked.reply(["applied": true])
    _ = try client.reply(to: command)
    try client.finish()
  }

  @Test("code that a language model wrote is marked so", arguments: [("model openai/x", true), ("fusion", false)])
  func tag(_ agent: String, _ isMarked: Bool) throws {
    var candidate = Samples.candidate()
    candidate.summary.agent = agent
    let client = try client(with: "textDocument.codeAction.tagSupport", ["valueSet": [1]], candidate)
    let action = try client.action("Apply verified replacement", at: text.position("name"))
    #expect(action["tags"] == (isMarked ? [1] : nil))
    try client.finish()
  }

  @Test("diagnostics of all documents: only what changed, and taken back where a document was closed")
  func workspaceDiagnostics() throws {
    let client = try TestClient(Capabilities.pulling)
    #expect(client.capabilities["diagnosticProvider"]?["workspaceDiagnostics"] == true)
    let bare = Marked(Samples.bare).text
    client.openOnly(bare)
    client.openOnly(bare, uri: "file:///project/other.py")
    func pull(_ previous: [JSONValue]) throws -> [JSONValue] {
      try client.request("workspace/diagnostic", ["previousResultIds": .array(previous)])["items"]?.arrayValue ?? []
    }
    func known(_ items: [JSONValue]) -> [JSONValue] {
      items.map { ["uri": $0["uri"] ?? .null, "value": $0["resultId"] ?? .null] }
    }
    let first = try pull([])
    #expect(first.map { $0["uri"] } == [.string(Samples.uri), "file:///project/other.py"])
    #expect(first.allSatisfy { $0["kind"] == "full" && $0["version"] == 1 && $0["items"]?.arrayValue?.count == 1 })
    client.change(to: "\n" + bare, version: 2)
    let second = try pull(known(first))
    #expect(second.map { $0["kind"] } == ["full", "unchanged"] && second[0]["version"] == 2)
    client.notify("textDocument/didClose", ["textDocument": ["uri": .string(Samples.uri)]])
    let third = try pull(known(second))
    #expect(third.map { $0["kind"] } == ["unchanged", "full"])
    #expect(third[1]["uri"] == .string(Samples.uri) && third[1]["version"] == .null && third[1]["items"] == [])
    #expect(try pull(known(third)).count == 1)
    try client.finish()
  }

  @Test("a workspace's settings are read again when their file changes")
  func watchedSettings() throws {
    let reads = Mutex(0)
    let watching = Capabilities.modern(with: "workspace.didChangeWatchedFiles", ["dynamicRegistration": true])
    let record = try Samples.record(
      of: "Model", in: Samples.model,
      result: Samples.result([Samples.candidate(), Samples.candidate("c2", ratio: 9, labels: [.algebraicPruning])]))
    let client = try TestClient(watching, engine: ScriptedEngine(records: [record])) { configuration in
      configuration.settingsForWorkspace = { _ in
        var settings = EngineSettings()
        let isFirst = reads.withLock { count in
          count += 1
          return count == 1
        }
        if !isFirst { settings.allow = [.algebraicPruning] }
        return settings
      }
    }
    let registered = try client.expect("client/registerCapability")
    let registration = registered.params["registrations"]?[0]
    #expect(registration?["method"] == "workspace/didChangeWatchedFiles")
    #expect(registration?["registerOptions"]?["watchers"]?[0]?["globPattern"] == "**/pyproject.toml")
    registered.reply(nil)
    try client.openWithRecords(text)
    #expect(try client.labels() == ["verified 2.3× [2.2, 2.5]"])
    // Another folder's file is none of ours.
    for uri in ["file:///elsewhere/pyproject.toml", "file:///project/pyproject.toml"] {
      client.notify("workspace/didChangeWatchedFiles", ["changes": [["uri": .string(uri), "type": 2]]])
    }
    try client.wait(for: "workspace/inlayHint/refresh", count: 2)
    _ = try client.action("Apply verified replacement (9.00× faster)", at: text.position("name"))
    #expect(reads.withLock { $0 } == 2)
    try client.finish()
  }

  @Test("requests are traced for a client that asked for it, and for no other")
  func trace() throws {
    let client = try TestClient()
    client.notify("$/setTrace", ["value": "verbose"])
    _ = try client.hover(["line": 0, "character": 0])
    let trace = try client.expect("$/logTrace").params
    #expect(trace["message"]?.stringValue?.hasPrefix("textDocument/hover: ") == true)
    #expect(trace["verbose"] == "0 documents open")
    client.notify("$/setTrace", ["value": "off"])
    _ = try client.hover(["line": 0, "character": 0])
    try client.finish()
  }
}
