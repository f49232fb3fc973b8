public import Engine
import JSONRPC
import Synchronization

/// The engine as tools for other agents: an MCP server (specification 2025-06-18) on standard streams.
public struct ModelContextServer: Sendable {
  public struct Configuration: Sendable {
    public var version: String
    /// Settings of the project that a file belongs to, by the workspace's folder.
    public var settings: @Sendable (String) -> EngineSettings

    public init(version: String, settings: @escaping @Sendable (String) -> EngineSettings) {
      self.version = version
      self.settings = settings
    }
  }

  static let protocolVersions = ["2025-06-18", "2025-03-26", "2024-11-05"]

  private let connection: LineConnection
  private let version: String
  private let tools: [Tool]
  /// Calls under way, by the request's id.
  private let calls = Calls()

  private final class Calls: Sendable {
    let tasks = Mutex<[RequestID: Task<Void, Never>]>([:])
  }

  /// Answers until the client closes its end; then stops every job.
  public static func run(input: Int32, output: Int32, configuration: Configuration) async {
    let engines = Engines(settings: configuration.settings)
    let server = ModelContextServer(
      connection: LineConnection(input: input, output: output), version: configuration.version,
      tools: engines.tools)
    for await line in server.connection.lines { server.receive(line) }
    let unfinished = server.calls.tasks.withLock { Array($0.values) }
    for task in unfinished { task.cancel() }
    for task in unfinished { await task.value }
    await engines.close()
  }

  private func receive(_ line: [UInt8]) {
    guard let json = try? JSONValue(parsing: line) else {
      return connection.send(Self.failure(.null, ResponseError(.parseError, "The line is not JSON.")))
    }
    switch IncomingMessage(json) {
    case .request(let id, let method, let params): answer(id, method, params)
    case .notification("notifications/cancelled", let params):
      guard let id = try? RequestID(json: params["requestId"] ?? .null) else { return }
      calls.tasks.withLock { $0[id] }?.cancel()
    case .notification, .response: return
    case .malformed(let id, let error): connection.send(Self.failure(id.map(JSONValue.init(encoding:)) ?? .null, error))
    }
  }

  private func answer(_ id: RequestID, _ method: String, _ params: JSONValue) {
    switch method {
    case "initialize":
      let asked = params["protocolVersion"]?.stringValue ?? ""
      let spoken = Self.protocolVersions.contains(asked) ? asked : Self.protocolVersions[0]
      reply(
        id,
        [
          "protocolVersion": .string(spoken), "capabilities": ["tools": [:]],
          "serverInfo": ["name": "kernelwright", "version": .string(version)],
        ])
    case "ping": reply(id, [:])
    case "tools/list": reply(id, ["tools": .array(tools.map(\.listing))])
    case "tools/call":
      guard let tool = tools.first(where: { $0.name == params["name"]?.stringValue }) else {
        let known = tools.map(\.name).joined(separator: ", ")
        return fail(id, ResponseError(.invalidParams, "There is no such tool; the tools: \(known)."))
      }
      start(id, tool, params)
    default: fail(id, ResponseError(.methodNotFound, "\(method) is not a method of this server."))
    }
  }

  private func start(_ id: RequestID, _ tool: Tool, _ params: JSONValue) {
    let token = params["_meta"]?["progressToken"]
    // The task may end before it is entered; so it is entered, and taken out again, under the same lock.
    calls.tasks.withLock { tasks in
      tasks[id] = Task {
        let result = await outcome(of: tool, params["arguments"] ?? [:], token)
        // A request that was taken back gets no answer (specification, "Cancellation").
        if !Task.isCancelled { reply(id, result) }
        calls.tasks.withLock { $0[id] = nil }
      }
    }
  }

  private func outcome(of tool: Tool, _ arguments: JSONValue, _ token: JSONValue?) async -> JSONValue {
    do {
      let result = try await tool.call(arguments) { progress in
        guard let token else { return }
        connection.send([
          "jsonrpc": "2.0", "method": "notifications/progress",
          "params": [
            "progressToken": token, "progress": .double(progress.fraction), "total": 1,
            "message": .string(progress.message),
          ],
        ])
      }
      return ["content": Self.content("\(result)"), "structuredContent": result, "isError": false]
    } catch {
      return ["content": Self.content("\(error)"), "isError": true]
    }
  }

  private static func content(_ text: String) -> JSONValue { [["type": "text", "text": .string(text)]] }

  private func reply(_ id: RequestID, _ result: JSONValue) {
    connection.send(["jsonrpc": "2.0", "id": JSONValue(encoding: id), "result": result])
  }

  private func fail(_ id: RequestID, _ error: ResponseError) {
    connection.send(Self.failure(JSONValue(encoding: id), error))
  }

  private static func failure(_ id: JSONValue, _ error: ResponseError) -> JSONValue {
    ["jsonrpc": "2.0", "id": id, "error": JSONValue(encoding: error)]
  }
}
