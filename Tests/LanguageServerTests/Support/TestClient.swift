import Foundation
import JSONRPC
import TestSupport
import Testing

@testable import LanguageServer

/// An editor without a screen, on a socket to a server that runs its real loop on a thread of its own.
///
/// Strict: a message that no test asked for, expected or allowed is a failure, and so is one that is left over at the
/// end. Used by one thread.
final class TestClient {
  private let socket: Int32
  private let exitStatus: Handoff<Int32>
  private var decoder = FrameDecoder()
  private var nextID = 1
  private var replies: [RequestID: JSONValue] = [:]
  /// Errors that answer nothing in particular.
  private var nullReplies = 0
  /// What came and was not taken yet, in order.
  private var inbox: [JSONValue] = []
  /// Methods that may come any number of times; requests among them are answered with null.
  var allowed: Set<String> = ["window/logMessage"]
  /// How often allowed methods came, and what the last of each carried.
  private(set) var allowedParams: [String: [JSONValue]] = [:]
  private(set) var capabilities: JSONValue = .null

  init(
    _ clientCapabilities: JSONValue = Capabilities.modern, root: String? = "/project",
    engine: ScriptedEngine = ScriptedEngine(), options: JSONValue = .null, initialize: Bool = true,
    configure: (inout LanguageServerConfiguration) -> Void = { _ in }
  ) throws {
    let sockets = try SocketPair()
    socket = sockets.ours
    var configuration = LanguageServerConfiguration(
      version: "test",
      makeEngine: { workspace, observer in
        try engine.open(workspace: workspace, observer: observer)
        return engine
      },
      mayHoldResults: { _ in true }, now: { ScriptedEngine.now })
    configure(&configuration)
    let (theirs, status, final) = (sockets.theirs, Handoff<Int32>(), configuration)
    exitStatus = status
    Thread {
      status.put(LanguageServer.run(input: theirs, output: theirs, configuration: final))
      close(theirs)
    }.start()
    if clientCapabilities["workspace"]?["inlayHint"] != nil { allowed.insert("workspace/inlayHint/refresh") }
    guard initialize else { return }
    let folders: JSONValue = root.map { [["uri": .string(FilePath.uri(of: $0)), "name": "project"]] } ?? .null
    capabilities =
      try request(
        "initialize",
        [
          "processId": nil, "rootUri": nil, "workspaceFolders": folders, "capabilities": clientCapabilities,
          "initializationOptions": options,
        ])["capabilities"] ?? .null
    notify("initialized", [:])
  }

  deinit {
    Foundation.close(socket)
  }

  // MARK: Sending

  func send(raw text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  func send(_ message: JSONValue) {
    let body = jsonString(message)
    send(raw: "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  func notify(_ method: String, _ params: JSONValue) {
    send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// Sends a request and gives its number.
  func ask(_ method: String, _ params: JSONValue) -> RequestID {
    let id = nextID
    nextID += 1
    send(["jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": params])
    return .number(id)
  }

  // MARK: Receiving

  /// Sends a request and waits for its result; throws the error of the reply.
  func request(_ method: String, _ params: JSONValue) throws -> JSONValue {
    try reply(to: ask(method, params)).get()
  }

  func reply(to id: RequestID) throws -> Result<JSONValue, ResponseError> {
    while replies[id] == nil {
      guard try pump() else { throw Ended(waitingFor: "the reply to \(id)") }
    }
    let message = replies.removeValue(forKey: id) ?? .null
    if let error = message["error"] { return .failure(try ResponseError(json: error)) }
    return .success(try #require(message["result"]))
  }

  /// The code of the error that a request must be answered with.
  func errorCode(_ method: String, _ params: JSONValue) throws -> ErrorCode? {
    if case .failure(let error) = try reply(to: ask(method, params)) { error.code } else { nil }
  }

  /// Waits for a notification or request of the server's: the next that is not allowed must be this one.
  @discardableResult
  func expect(_ method: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Incoming {
    while inbox.isEmpty {
      guard try pump() else { throw Ended(waitingFor: method) }
    }
    let message = inbox.removeFirst()
    let found = message["method"]?.stringValue ?? ""
    if found != method {
      Issue.record("expected \(method), got \(message)", sourceLocation: sourceLocation)
      throw Ended(waitingFor: method)
    }
    return Incoming(client: self, message: message)
  }

  /// Waits until an allowed method has come so many times.
  func wait(for method: String, count: Int = 1) throws {
    while (allowedParams[method]?.count ?? 0) < count {
      guard try pump() else { throw Ended(waitingFor: method) }
    }
  }

  struct Incoming {
    fileprivate let client: TestClient
    let message: JSONValue
    var params: JSONValue { message["params"] ?? .null }

    func reply(_ result: JSONValue) {
      client.send(["jsonrpc": "2.0", "id": message["id"] ?? .null, "result": result])
    }
    func fail(_ code: Int) {
      client.send(["jsonrpc": "2.0", "id": message["id"] ?? .null, "error": ["code": .int(code), "message": "no"]])
    }
  }

  struct Ended: Error {
    var waitingFor: String
  }

  /// Reads one portion; false when the server is gone or silent.
  private func pump() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(socket, &buffer, buffer.count)
    guard count > 0 else { return false }
    decoder.append(buffer[..<count])
    while let frame = decoder.next() {
      guard case .body(let range) = frame else { throw JSONDecodingError("damaged output: \(frame)") }
      take(try decoder.withBytes(of: range) { try JSONValue(parsing: $0) })
    }
    return true
  }

  private func take(_ message: JSONValue) {
    #expect(message["jsonrpc"] == "2.0")
    guard let method = message["method"]?.stringValue else {
      guard let id = message["id"].flatMap({ try? RequestID(json: $0) }) else {
        nullReplies += 1
        return
      }
      #expect(replies[id] == nil, "two replies to \(id)")
      replies[id] = message
      return
    }
    guard allowed.contains(method) else { return inbox.append(message) }
    allowedParams[method, default: []].append(message["params"] ?? .null)
    if let id = message["id"] { send(["jsonrpc": "2.0", "id": id, "result": nil]) }
  }

  /// Takes the errors that came without an id: there must be some.
  func takeNullReplies() {
    #expect(nullReplies > 0)
    nullReplies = 0
  }

  /// Leaves in good order; whatever is left over then is a failure.
  /// - Parameter beforeExit: done between shutdown and exit.
  func finish(sourceLocation: SourceLocation = #_sourceLocation, beforeExit: () throws -> Void = {}) throws {
    #expect(try request("shutdown", nil) == .null, sourceLocation: sourceLocation)
    try beforeExit()
    notify("exit", nil)
    #expect(exitStatus.wait() == 0, sourceLocation: sourceLocation)
    while try pump() {}
    #expect(inbox.isEmpty, "unexpected: \(inbox)", sourceLocation: sourceLocation)
    #expect(nullReplies == 0, "errors without an id", sourceLocation: sourceLocation)
    #expect(replies.isEmpty, "replies that nobody asked for: \(replies)", sourceLocation: sourceLocation)
  }

  func waitForExit() -> Int32? { exitStatus.wait() }

  func hangUp() { shutdown(socket, Int32(SHUT_WR)) }
}
