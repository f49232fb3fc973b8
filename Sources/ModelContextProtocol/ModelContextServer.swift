public import Engine
import JSONRPC
import Synchronization

/// The engine as tools for other agents: an MCP server on standard streams.
///
/// It speaks both eras of the protocol: revisions up to 2025-11-25, where a client introduces itself once, and 2026-07-28,
/// where it asks `server/discover` and every request says in `_meta` which revision it is in.
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

  /// Those that begin with `initialize`, the newest first.
  static let handshakeVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
  /// Those in which every request stands for itself.
  static let statelessVersions = ["2026-07-28"]

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
    case .request(let id, let method, let params):
      let era = Era(params)
      if case .unknown(let asked) = era {
        return connection.send(Self.unsupported(JSONValue(encoding: id), asked))
      }
      answer(id, method, params, era)
    case .notification("notifications/cancelled", let params):
      guard let id = try? RequestID(json: params["requestId"] ?? .null) else { return }
      calls.tasks.withLock { $0[id] }?.cancel()
    case .notification, .response: return
    case .malformed(let id, let error): connection.send(Self.failure(id.map(JSONValue.init(encoding:)) ?? .null, error))
    }
  }

  private func answer(_ id: RequestID, _ method: String, _ params: JSONValue, _ era: Era) {
    switch method {
    case "initialize":
      let asked = params["protocolVersion"]?.stringValue ?? ""
      let spoken = Self.handshakeVersions.contains(asked) ? asked : Self.handshakeVersions[0]
      reply(
        id, era,
        [
          "protocolVersion": .string(spoken), "capabilities": ["tools": [:]], "serverInfo": information,
          "instructions": .string(Self.instructions),
        ])
    case "server/discover":
      let versions = Self.statelessVersions + Self.handshakeVersions
      reply(
        id, .stateless,
        [
          "supportedVersions": .array(versions.map { .string($0) }), "capabilities": ["tools": [:]],
          "instructions": .string(Self.instructions), "ttlMs": .int(Self.lifetime), "cacheScope": "private",
          "_meta": ["io.modelcontextprotocol/serverInfo": information],
        ])
    case "ping": reply(id, era, [:])
    case "tools/list":
      // In the older revisions nobody knows of caching.
      let tools: JSONValue = .array(tools.map(\.listing))
      reply(
        id, era,
        era == .stateless
          ? ["tools": tools, "ttlMs": .int(Self.lifetime), "cacheScope": "private"] : ["tools": tools])
    case "tools/call":
      guard let tool = tools.first(where: { $0.name == params["name"]?.stringValue }) else {
        let known = tools.map(\.name).joined(separator: ", ")
        return fail(id, ResponseError(.invalidParams, "There is no such tool; the tools: \(known)."))
      }
      start(id, tool, params, era)
    default: fail(id, ResponseError(.methodNotFound, "\(method) is not a method of this server."))
    }
  }

  private func start(_ id: RequestID, _ tool: Tool, _ params: JSONValue, _ era: Era) {
    let token = params["_meta"]?["progressToken"]
    // The task may end before it is entered; so it is entered, and taken out again, under the same lock.
    calls.tasks.withLock { tasks in
      tasks[id] = Task {
        let result = await outcome(of: tool, params["arguments"] ?? [:], token)
        // A request that was taken back gets no answer (specification, "Cancellation").
        if !Task.isCancelled { reply(id, era, result) }
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

  private func reply(_ id: RequestID, _ era: Era, _ result: JSONValue) {
    var members = result.objectValue ?? JSONObject()
    if era == .stateless { members["resultType"] = "complete" }
    connection.send(["jsonrpc": "2.0", "id": JSONValue(encoding: id), "result": .object(members)])
  }

  private func fail(_ id: RequestID, _ error: ResponseError) {
    connection.send(Self.failure(JSONValue(encoding: id), error))
  }

  private static func failure(_ id: JSONValue, _ error: ResponseError) -> JSONValue {
    ["jsonrpc": "2.0", "id": id, "error": JSONValue(encoding: error)]
  }
}

extension ModelContextServer {
  /// What a request is to be answered in.
  private enum Era: Equatable {
    case handshake
    case stateless
    /// It asks for a revision that nobody here knows.
    case unknown(String)

    init(_ params: JSONValue) {
      guard let version = params["_meta"]?["io.modelcontextprotocol/protocolVersion"]?.stringValue else {
        self = .handshake
        return
      }
      self = ModelContextServer.statelessVersions.contains(version) ? .stateless : .unknown(version)
    }
  }

  private var information: JSONValue { ["name": "kernelwright", "version": .string(version)] }

  /// For the agent that has the tools, before it has read what each does.
  private static let instructions = """
    Finds the tensor operations in a Python file, measures them on this machine's hardware, and finds or checks faster \
    replacements. Its verdicts come from a float64 oracle on inputs that nobody knows beforehand, and its speedups from \
    interleaved timing against eager PyTorch and torch.compile; it changes no file. Ask for verify_candidate before you \
    claim that a kernel of yours is right or faster.
    """

  /// For how long what a client was told about the server and its tools holds, in milliseconds: as long as it lives.
  private static let lifetime = 3_600_000

  /// Specification 2026-07-28, "Versioning": which revisions there are.
  private static func unsupported(_ id: JSONValue, _ asked: String) -> JSONValue {
    let supported = (statelessVersions + handshakeVersions).map { JSONValue.string($0) }
    return [
      "jsonrpc": "2.0", "id": id,
      "error": [
        "code": -32022,
        "message": .string("Revision \(asked) of the protocol is not known here; use one of those listed."),
        "data": ["supported": .array(supported), "requested": .string(asked)],
      ],
    ]
  }
}
