import Foundation
import JSONRPC
import TestSupport
import Testing

@testable import LanguageServer

@Suite("Robustness")
struct RobustnessTests {
  @Test("unknown methods and malformed parameters get the right error; unknown `$/` notifications nothing")
  func errors() throws {
    let client = try TestClient()
    #expect(try client.errorCode("textDocument/definition", [:]) == .methodNotFound)
    #expect(try client.errorCode("$/unknown", [:]) == .methodNotFound)
    for method in [
      "textDocument/hover", "textDocument/codeAction", "textDocument/inlayHint", "textDocument/documentSymbol",
      "textDocument/codeLens", "textDocument/diagnostic", "workspace/executeCommand", "kernelwright/ops",
    ] {
      for params: JSONValue in [nil, [], 7, ["textDocument": 3], ["textDocument": ["uri": 3]]] {
        #expect(try client.errorCode(method, params) == .invalidParams, "\(method) \(params)")
      }
    }
    client.notify("$/whatever", ["a": 1])
    client.notify("$/setTrace", ["value": "loud"])
    client.notify("textDocument/didChange", ["textDocument": 5])
    client.notify("textDocument/didOpen", nil)
    client.notify("textDocument/didSave", [:])
    try client.finish()
  }

  @Test("documents that are not open are answered with nothing")
  func unknownDocuments() throws {
    let client = try TestClient()
    let document: JSONValue = ["uri": "file:///nowhere.py"]
    let place: JSONValue = ["line": 0, "character": 0]
    let range: JSONValue = ["start": place, "end": place]
    #expect(try client.request("textDocument/hover", ["textDocument": document, "position": place]) == .null)
    for method in ["textDocument/documentSymbol", "textDocument/codeLens", "kernelwright/ops"] {
      #expect(try client.request(method, ["textDocument": document]) == [])
    }
    #expect(try client.request("textDocument/inlayHint", ["textDocument": document, "range": range]) == [])
    #expect(
      try client.request(
        "textDocument/codeAction", ["textDocument": document, "range": range, "context": ["diagnostics": []]]) == [])
    #expect(try client.request("textDocument/diagnostic", ["textDocument": document])["items"] == [])
    client.notify("textDocument/didClose", ["textDocument": document])
    client.change(to: "x", version: 2, uri: "file:///nowhere.py")
    try client.finish()
  }

  @Test("commands refuse what they can't do with a sentence")
  func commands() throws {
    let client = try TestClient()
    try client.open(Marked(Samples.bare))
    func code(_ command: String, _ arguments: JSONValue) throws -> ErrorCode? {
      try client.errorCode("workspace/executeCommand", ["command": .string(command), "arguments": arguments])
    }
    #expect(try code("kernelwright.unknown", []) == .invalidParams)
    #expect(try code("kernelwright.optimize", []) == .invalidParams)
    #expect(try code("kernelwright.optimize", [["uri": 1]]) == .invalidParams)
    #expect(try code("kernelwright.optimize", [["uri": "file:///x.py", "name": "f"]]) == .requestFailed)
    let here = JSONValue.string(Samples.uri)
    #expect(try code("kernelwright.optimize", [["uri": here, "name": "gone"]]) == .contentModified)
    #expect(try code("kernelwright.optimize", [["uri": here, "name": "scale"]]) == .requestFailed)
    for command in ["apply", "preview", "remove", "resume"] {
      let refused = try code("kernelwright.\(command)", [["uri": here, "name": "scale"]])
      #expect(refused == .requestFailed || refused == .contentModified)
    }
    #expect(
      try client.request(
        "workspace/executeCommand",
        ["command": "kernelwright.cancel", "arguments": [["uri": here, "name": "scale"]]]) == ["cancelled": []])
    try client.finish()
  }

  @Test("what is under way when the server is shut down is answered once, as cancelled by the server")
  func shutDownMeanwhile() throws {
    let gate = Handoff<Bool>()
    let client = try TestClient(engine: ScriptedEngine()) { configuration in
      let make = configuration.makeEngine
      configuration.makeEngine = { workspace, observer in
        _ = gate.wait()
        return try make(workspace, observer)
      }
      configuration.mayHoldResults = { _ in false }
    }
    try client.open(Marked(Samples.model))
    let argument: JSONValue = ["uri": .string(Samples.uri), "name": "Model"]
    let id = client.ask("workspace/executeCommand", ["command": "kernelwright.optimize", "arguments": [argument]])
    _ = try client.labels()
    // By the end everything that came has been looked at: one reply it is, whatever the engine comes to.
    try client.finish {
      guard case .failure(let error) = try client.reply(to: id) else {
        Issue.record("answered")
        return
      }
      #expect(error.code == .serverCancelled)
      gate.put(true)
    }
  }

  @Test("a request that was taken back is answered once, with the right code, and what it began is stopped")
  func cancelledCommand() throws {
    let engine = ScriptedEngine()
    let gate = Handoff<Bool>()
    let client = try TestClient(engine: engine) { configuration in
      // The engine's opening is held until the cancellation is sent.
      let make = configuration.makeEngine
      configuration.makeEngine = { workspace, observer in
        _ = gate.wait()
        return try make(workspace, observer)
      }
      configuration.mayHoldResults = { _ in false }
    }
    let text = Marked(Samples.model)
    try client.open(text)
    let argument: JSONValue = ["uri": .string(Samples.uri), "name": "Model"]
    let id = client.ask("workspace/executeCommand", ["command": "kernelwright.optimize", "arguments": [argument]])
    // Once this is answered the command is under way, and no longer in the line of what was not looked at.
    _ = try client.labels()
    client.notify("$/cancelRequest", ["id": 2])
    guard case .failure(let error) = try client.reply(to: id) else {
      Issue.record("answered")
      return
    }
    #expect(error.code == .requestCancelled)
    client.allowed.formUnion(["window/workDoneProgress/create", "$/progress", "textDocument/publishDiagnostics"])
    gate.put(true)
    #expect(engine.waitForStop() == ["job-1"])
    try client.finish()
  }

  @Test("bytes that are no message get a parse error, and the next message is answered")
  func garbage() throws {
    let client = try TestClient()
    client.send(raw: "Content-Length: 4\r\n\r\n{{{{")
    client.send(raw: "Hello\r\n\r\n")
    client.send([["jsonrpc": "2.0", "id": 1, "method": "shutdown"]])
    #expect(try client.request("kernelwright/ops", ["textDocument": ["uri": "file:///a"]]) == [])
    client.takeNullReplies()
    try client.finish()
  }

  @Test("numbers at the ends of what fits are places like others")
  func extremeNumbers() throws {
    let client = try TestClient()
    try client.open(Marked(Samples.bare))
    for line in [Int.min, -1, .max] {
      for character in [Int.min, -1, 0, .max] {
        let place: JSONValue = ["line": .int(line), "character": .int(character)]
        let params: JSONValue = [
          "textDocument": ["uri": .string(Samples.uri)], "position": place, "range": ["start": place, "end": place],
        ]
        for method in ["textDocument/inlayHint", "textDocument/hover", "textDocument/codeAction"] {
          #expect(try client.errorCode(method, params) == nil, "\(method) \(place)")
        }
      }
    }
    client.allowed.insert("textDocument/publishDiagnostics")
    client.change(to: Marked(Samples.bare).text, version: .max)
    client.notify(
      "textDocument/didChange", ["textDocument": ["uri": .string(Samples.uri), "version": nil], "contentChanges": []])
    #expect(try client.labels().count == 1)
    try client.finish()
  }

  @Test("a client can see the text that the server has")
  func textOfADocument() throws {
    let client = try TestClient()
    try client.open(Marked(Samples.bare))
    let method = "workspace/textDocumentContent"
    #expect(
      try client.request(method, ["uri": .string(Samples.uri)])["text"] == .string(Marked(Samples.bare).text))
    #expect(try client.errorCode(method, ["uri": "file:///nowhere.py"]) == .requestFailed)
    try client.finish()
  }

  @Test("random edits leave the same ops as opening the text they lead to")
  func randomEdits() throws {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: .min ... .max, using: &random)
    var generator = SplitMix64(seed: seed)
    let client = try TestClient(Capabilities.pulling)
    var text = Array(Marked(Samples.model + Samples.bare).text)
    client.openOnly(String(text))
    let pieces = [
      "\n", "def f(x):\n    return torch.exp(x)\n", "    ", "é🔥", "\"\"\"", "class ", "(", ")", "#", "", "x",
    ]
    for round in 0..<20 {
      var changes: [JSONValue] = []
      for _ in 0..<10 {
        let start = Int(generator.next() % UInt64(text.count + 1))
        let end = min(text.count, start + Int(generator.next() % 4))
        let piece = pieces[Int(generator.next() % UInt64(pieces.count))]
        changes.append([
          "range": ["start": Self.position(start, text), "end": Self.position(end, text)], "text": .string(piece),
        ])
        text.replaceSubrange(start..<end, with: Array(piece))
        // Joining characters (a combining mark, \r\n) would move the positions of a naive model.
        text = Array(String(text))
      }
      client.notify(
        "textDocument/didChange",
        ["textDocument": ["uri": .string(Samples.uri), "version": .int(round + 2)], "contentChanges": .array(changes)])
      client.openOnly(String(text), uri: "file:///project/fresh.py")
      let edited = try client.request("kernelwright/ops", ["textDocument": ["uri": .string(Samples.uri)]])
      let fresh = try client.request("kernelwright/ops", ["textDocument": ["uri": "file:///project/fresh.py"]])
      #expect(edited == fresh, "seed \(seed), round \(round)")
      client.notify("textDocument/didClose", ["textDocument": ["uri": "file:///project/fresh.py"]])
    }
    try client.finish()
  }

  private static func position(_ offset: Int, _ text: [Character]) -> JSONValue {
    let before = String(text[..<offset])
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return ["line": .int(lines.count - 1), "character": .int(lines.last?.utf8.count ?? 0)]
  }
}
