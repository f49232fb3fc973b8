import Engine
import Foundation
import JSONRPC
import Testing

@testable import ModelContextProtocol

/// The server over real pipes, as a client talks to it.
private final class Session: Sendable {
  private let toServer = Pipe()
  private let fromServer = Pipe()
  private let server: Task<Void, Never>

  init() {
    let (input, output) = (toServer.fileHandleForReading, fromServer.fileHandleForWriting)
    server = Task {
      let configuration = ModelContextServer.Configuration(version: "1") { _ in EngineSettings() }
      await ModelContextServer.run(
        input: input.fileDescriptor, output: output.fileDescriptor, configuration: configuration)
      try? output.close()
    }
  }

  /// Sends lines, and closes the input once so many answers have come, since that stops the calls still under way;
  /// gives back everything that was answered.
  func answers(_ expected: Int, to lines: [String]) async throws -> [JSONValue] {
    try toServer.fileHandleForWriting.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    let client = LineConnection(input: fromServer.fileHandleForReading.fileDescriptor, output: -1)
    var answers: [JSONValue] = []
    for await line in client.lines {
      answers.append(try JSONValue(parsing: line))
      if answers.count == expected { try toServer.fileHandleForWriting.close() }
    }
    await server.value
    return answers
  }
}

@Suite("The engine as tools")
struct ModelContextServerTests {
  private func call(_ id: Int, _ tool: String, _ arguments: JSONValue) -> String {
    let message: JSONValue = [
      "jsonrpc": "2.0", "id": .int(id), "method": "tools/call",
      "params": ["name": .string(tool), "arguments": arguments],
    ]
    return "\(message)"
  }

  @Test("introduces itself, lists its tools with schemas, and answers a version it doesn't speak with its own")
  func introduction() async throws {
    let answers = try await Session().answers(
      3,
      to: [
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}}}"#,
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        #"{"jsonrpc":"2.0","id":"two","method":"tools/list"}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":"1999-01-01"}}"#,
      ])
    #expect(answers.count == 3)
    #expect(answers[0]["result"]?["protocolVersion"] == "2025-03-26")
    #expect(answers[0]["result"]?["serverInfo"]?["name"] == "kernelwright")
    #expect(answers[1]["id"] == "two")
    let tools = try #require(answers[1]["result"]?["tools"]?.arrayValue)
    let names = tools.compactMap { $0["name"]?.stringValue }
    #expect(names == ["list_ops", "profile_op", "optimize_op", "verify_candidate", "device_info"])
    #expect(tools.allSatisfy { $0["inputSchema"]?["type"] == "object" && $0["inputSchema"]?["required"] != nil })
    #expect(answers[2]["result"]?["protocolVersion"] == "2025-11-25")
  }

  @Test("lists the ops of a file, as text and as structure")
  func ops() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kernelwright-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "op.py").path
    try "import torch\n\ndef gate(x):\n    return torch.sigmoid(x) * x\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let answer = try #require(
      try await Session().answers(1, to: [call(1, "list_ops", ["file": .string(file)])]).first?["result"])
    #expect(answer["isError"] == false)
    #expect(answer["structuredContent"]?["ops"]?[0]?["name"] == "gate")
    let text = try #require(answer["content"]?[0]?["text"]?.stringValue)
    #expect(try JSONValue(parsing: text) == answer["structuredContent"])
  }

  @Test("what can't be done is the tool's error, in one sentence; what isn't a call is the protocol's")
  func problems() async throws {
    let answers = try await Session().answers(
      5,
      to: [
        "not JSON", call(2, "list_ops", [:]), call(3, "list_ops", ["file": "/nowhere/op.py"]), call(4, "launder", [:]),
        #"{"jsonrpc":"2.0","id":5,"method":"resources/list"}"#,
      ])
    let byID = Dictionary(answers.map { ($0["id"]?.intValue ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(byID[0]?["error"]?["code"] == -32700)
    #expect(byID[2]?["result"]?["isError"] == true)
    #expect(byID[2]?["result"]?["content"]?[0]?["text"] == "`file` is missing: give it as a string.")
    #expect(byID[3]?["result"]?["content"]?[0]?["text"] == "There is no file /nowhere/op.py.")
    #expect(byID[4]?["error"]?["code"] == -32602)
    #expect(byID[5]?["error"]?["code"] == -32601)
  }
}
