import HardwareRunner
import JSONRPC
import Testing

@testable import LanguageServer

@Suite("What is ours on the wire")
struct SchemaTests {
  private let text = Marked(Samples.model)

  @Test("the list of ops is as its schema says, before and after there are results")
  func ops() throws {
    let schema = try Schema("ops")
    let record = try Samples.record(of: "Model", in: Samples.model, result: Samples.result([Samples.candidate()]))
    for engine in [ScriptedEngine(), ScriptedEngine(records: [record])] {
      let client = try TestClient(Capabilities.pulling, engine: engine)
      client.openOnly(text.text)
      if !engine.records(file: Samples.path).isEmpty { try client.wait(for: "workspace/inlayHint/refresh") }
      let ops = try client.request("kernelwright/ops", ["textDocument": ["uri": .string(Samples.uri)]])
      #expect(ops.arrayValue?.count == 1)
      #expect(schema.problems(ops) == [])
      try client.finish()
    }
  }

  @Test("every command that is offered has the argument, and every answer the result, that the schemas say")
  func commands() throws {
    let (arguments, results) = (try Schema("command-arguments"), try Schema("command-results"))
    let pruning = Samples.candidate("c2", ratio: 9, labels: [.algebraicPruning])
    let record = try Samples.record(
      of: "Model", in: Samples.model, result: Samples.result([Samples.candidate(), pruning]))
    let client = try TestClient(engine: ScriptedEngine(records: [record]))
    try client.openWithRecords(text)
    client.allowed.formUnion(["window/workDoneProgress/create", "$/progress", "window/showDocument"])
    var seen = 0
    for action in try client.actions(at: text.position("name")) where action["disabled"] == nil {
      let argument = action["command"]?["arguments"]?[0] ?? action["data"]?["argument"] ?? .null
      #expect(arguments.problems(argument) == [], "\(action)")
      if action["command"] != nil { #expect(results.problems(try client.run(action)) == [], "\(action)") }
      seen += 1
    }
    #expect(seen >= 7)
    #expect(results.problems(["job": 3]) != [] && arguments.problems(["uri": "a"]) != [], "the check itself")
    try client.finish()
  }

  @Test("the settings that the schema names are the ones that are read")
  func settings() throws {
    let schema = try Schema("settings")
    let settings: JSONValue = [
      "python": "/p", "device": "cpu", "budget": "90s", "allow": ["precision-change"], "model": "a/b",
      "model_base_url": "http://localhost", "allow_unsandboxed": true, "hints": "off",
    ]
    #expect(schema.problems(settings) == [])
    let overlay = SettingsOverlay(settings)
    #expect(overlay.problems.isEmpty && overlay.modelBaseURL == "http://localhost" && overlay.budgetSeconds == 90)
    #expect(SettingsOverlay(["hints": "loud"]).problems.count == 1)
    #expect(schema.problems(["hints": "loud"]).count == 1)
  }
}
