import JSONRPC
import Testing

@testable import LanguageServer

@Suite("Workspaces that are not trusted")
struct TrustTests {
  private let text = Marked(Samples.model)

  @Test("nothing can be run, with the reason; everything can be looked at, and a directive inserted")
  func untrusted() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(Capabilities.modern, engine: engine, options: ["trusted": false])
    try client.open(text)
    for title in ["Optimize this op", "Profile this op"] {
      let reason = try client.action(title, at: text.position("name"))["disabled"]?["reason"]?.stringValue
      #expect(reason == Trust.missing)
    }
    #expect(try client.hover(text.position("name")) != nil)
    let argument: JSONValue = ["uri": .string(Samples.uri), "name": "Model"]
    for command in ["kernelwright.optimize", "kernelwright.profile"] {
      #expect(
        try client.errorCode("workspace/executeCommand", ["command": .string(command), "arguments": [argument]])
          == .requestFailed)
    }
    // No setting can give what only the client may.
    client.notify("workspace/didChangeConfiguration", ["settings": ["kernelwright": ["trusted": true]]])
    #expect(
      try client.errorCode("workspace/executeCommand", ["command": "kernelwright.optimize", "arguments": [argument]])
        == .requestFailed)
    #expect(engine.started.isEmpty)
    let lens = try client.request("textDocument/codeLens", ["textDocument": ["uri": .string(Samples.uri)]])[0]
    #expect(try client.request("codeLens/resolve", try #require(lens))["command"]?["title"] == "Not trusted")
    try client.finish()
  }

  @Test("a client that says nothing about trust is trusted")
  func trusted() throws {
    let client = try TestClient(Capabilities.modern)
    try client.open(text)
    #expect(try client.action("Optimize this op", at: text.position("name"))["disabled"] == nil)
    try client.finish()
  }
}
