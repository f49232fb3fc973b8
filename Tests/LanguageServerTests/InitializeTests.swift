import Foundation
import JSONRPC
import Testing

@testable import LanguageServer

@Suite("Initialize and shutdown")
struct InitializeTests {
  @Test("the position encoding is the first of the client's that the server knows, UTF-16 unsaid when it names none")
  func encodings() throws {
    for (offered, chosen) in [
      (["utf-32", "utf-8"], "utf-32"), (["x", "utf-8", "utf-16"], "utf-8"), (["utf-16"], "utf-16"), ([], nil),
    ] as [([String], String?)] {
      let client = try TestClient(["general": ["positionEncodings": .array(offered.map(JSONValue.string))]])
      #expect(client.capabilities["positionEncoding"]?.stringValue == chosen)
      try client.finish()
    }
  }

  @Test("diagnostics are announced for pulling only to clients that pull, and can be told to pull again")
  func pullOrPush() throws {
    let pushed = try TestClient(Capabilities.modern)
    #expect(pushed.capabilities["diagnosticProvider"] == nil)
    try pushed.finish()
    let pulled = try TestClient(Capabilities.pulling)
    #expect(pulled.capabilities["diagnosticProvider"]?["interFileDependencies"] == false)
    try pulled.finish()
    // Neovim 0.10 and 0.11 would not hear of a profile's findings before the next edit.
    let deaf = Capabilities.modern(with: "textDocument.diagnostic", [:])
    let untold = try TestClient(deaf)
    #expect(untold.capabilities["diagnosticProvider"] == nil)
    try untold.finish()
    let told = try TestClient(Capabilities.changed(deaf, "workspace.diagnostics.refreshSupport", true))
    #expect(told.capabilities["diagnosticProvider"] != nil)
    try told.finish()
  }

  @Test("before initialize only initialize is answered, and notifications do nothing")
  func beforeInitialize() throws {
    let client = try TestClient(initialize: false)
    client.openOnly(Marked(Samples.bare).text)
    #expect(try client.errorCode("textDocument/hover", [:]) == .serverNotInitialized)
    #expect(try client.errorCode("shutdown", nil) == .serverNotInitialized)
    _ = try client.request("initialize", ["capabilities": [:], "processId": nil])
    #expect(try client.errorCode("initialize", ["capabilities": [:], "processId": nil]) == .invalidRequest)
    try client.finish()
  }

  @Test("after shutdown nothing is answered but with an error, and exit leaves with status 0")
  func afterShutdown() throws {
    let engine = ScriptedEngine()
    let client = try TestClient(engine: engine)
    try client.open(Marked(Samples.bare))
    #expect(try client.request("shutdown", nil) == .null)
    #expect(try client.errorCode("textDocument/hover", [:]) == .invalidRequest)
    #expect(try client.errorCode("shutdown", nil) == .invalidRequest)
    client.notify("exit", nil)
    #expect(client.waitForExit() == 0)
    #expect(engine.isClosed)
  }

  @Test("exit without shutdown, and an input that ends, leave with status 1; the engine is closed all the same")
  func disorderlyEnds() throws {
    for leave in [{ (client: TestClient) in client.notify("exit", nil) }, { $0.hangUp() }] {
      let engine = ScriptedEngine()
      let client = try TestClient(engine: engine)
      try client.open(Marked(Samples.bare))
      leave(client)
      #expect(client.waitForExit() == 1)
      #expect(engine.isClosed)
    }
  }

  @Test("the server ends when the client's process has ended")
  func clientProcess() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/cat")
    let input = Pipe()
    process.standardInput = input
    try process.run()
    let client = try TestClient(initialize: false)
    _ = try client.request(
      "initialize", ["capabilities": [:], "processId": .int(Int(process.processIdentifier))])
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(client.waitForExit() == 1)
  }

  @Test("settings: configuration is asked for where the client can answer, and told changes are asked for again")
  func configuration() throws {
    let client = try TestClient(
      Capabilities.modern(with: "workspace.configuration", true),
      options: ["hints": "off"])
    let first = try client.expect("workspace/configuration")
    #expect(first.params == ["items": [["scopeUri": "file:///project", "section": "kernelwright"]]])
    first.reply([nil])
    try client.open(Marked(Samples.bare))
    #expect(try client.hints().isEmpty)
    client.notify("workspace/didChangeConfiguration", ["settings": nil])
    try client.expect("workspace/configuration").reply([["hints": "all", "budget": "soon"]])
    try client.wait(for: "workspace/inlayHint/refresh")
    #expect(try client.labels() == ["no example inputs"])
    #expect(client.allowedParams["window/logMessage"]?.last?["message"]?.stringValue?.contains("budget") == true)
    try client.finish()
  }

  @Test("settings: a client that can't be asked pushes them, under our name or bare")
  func pushedConfiguration() throws {
    let client = try TestClient(Capabilities.modern)
    try client.open(Marked(Samples.bare))
    for (settings, count) in [(["kernelwright": ["hints": "off"]], 0), (["hints": "all"], 1)] as [(JSONValue, Int)] {
      client.notify("workspace/didChangeConfiguration", ["settings": settings])
      #expect(try client.hints().count == count)
    }
    try client.finish()
  }
}
