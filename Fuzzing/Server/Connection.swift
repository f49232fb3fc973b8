import Foundation
import JSONRPC
import LanguageServer
import TestSupport

/// What went wrong, in a sentence.
struct Finding: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// A client on a socket to a server that runs its real loop on a thread of its own. It keeps the accounts: each request
/// gets one reply, of the right kind, and each message that can't be answered one error. Used by one thread.
final class Connection {
  private struct Question {
    var method: String
    var expected: Expected
    var isKept: Bool
    var mayBeCancelled = false
  }

  private let socket: Int32
  private let exitStatus: Handoff<Int32>
  private var decoder = FrameDecoder()
  private var nextID = 1
  private var open: [RequestID: Question] = [:]
  private var latest: [RequestID] = []
  private var kept: [RequestID: JSONValue] = [:]
  private var nullErrors = 0
  private var nullErrorsDue = 0...0
  /// The last diagnostics that were pushed for each document.
  private(set) var published: [String: JSONValue] = [:]

  init(_ configuration: LanguageServerConfiguration) throws {
    let sockets = try SocketPair()
    let (theirs, status) = (sockets.theirs, Handoff<Int32>())
    socket = sockets.ours
    exitStatus = status
    let thread = Thread {
      status.put(LanguageServer.run(input: theirs, output: theirs, configuration: configuration))
      close(theirs)
    }
    thread.name = "server"
    thread.start()
  }

  // MARK: Sending

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Finding("the server closed the connection") }
      rest = rest.dropFirst(count)
    }
  }

  func notify(_ method: String, _ params: JSONValue) throws {
    try send(Damage.framed(["jsonrpc": "2.0", "method": .string(method), "params": params]))
  }

  /// A number that no request has had.
  func newNumber() -> Int {
    nextID += 1
    return nextID - 1
  }

  /// - Parameter isKept: the reply is fetched by `take`; otherwise it is looked at and forgotten.
  @discardableResult
  func ask(
    _ method: String, _ params: JSONValue, _ expected: Expected = .result, isKept: Bool = false
  ) throws -> RequestID {
    // Replies that nobody takes would hold the server up in the end, and the server this client.
    while open.count > 200 { try pump() }
    let id = RequestID.number(newNumber())
    expect(id, method, expected, isKept: isKept)
    try send(
      Damage.framed(["jsonrpc": "2.0", "id": JSONValue(encoding: id), "method": .string(method), "params": params]))
    return id
  }

  func send(_ message: Damage.Message, _ name: String) throws {
    if let id = message.id { expect(id, name, message.expected, isKept: false) }
    let due = (nullErrorsDue, message.nullErrors)
    nullErrorsDue = due.0.lowerBound + due.1.lowerBound...due.0.upperBound + due.1.upperBound
    try send(message.bytes)
  }

  private func expect(_ id: RequestID, _ method: String, _ expected: Expected, isKept: Bool) {
    open[id] = Question(method: method, expected: expected, isKept: isKept)
    latest.append(id)
    if latest.count > 64 { latest.removeFirst(32) }
  }

  func cancel(_ age: Int) throws {
    let id = age < latest.count ? latest[latest.count - 1 - age] : .number(999_999_999)
    open[id]?.mayBeCancelled = true
    try notify("$/cancelRequest", ["id": JSONValue(encoding: id)])
  }

  // MARK: Receiving

  /// Waits until everything that was sent is answered, and nothing more than that.
  func settle() throws {
    let id = try ask("kernelwright/ops", ["textDocument": ["uri": "file:///nowhere.py"]])
    while open[id] != nil { try pump() }
    // The server answers in order.
    if let (id, question) = open.first { throw Finding("\(question.method) (\(id)) was not answered") }
    guard nullErrorsDue.contains(nullErrors) else {
      throw Finding("\(nullErrors) errors without an id, expected were \(nullErrorsDue)")
    }
    nullErrors = 0
    nullErrorsDue = 0...0
  }

  /// The reply that a request with `isKept` got.
  func take(_ id: RequestID) throws -> JSONValue {
    while kept[id] == nil { try pump() }
    return kept.removeValue(forKey: id) ?? .null
  }

  /// Takes what comes of its own accord; false when nothing does for a while.
  func receiveMore() throws -> Bool {
    var ready = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
    guard poll(&ready, 1, 10_000) > 0 else { return false }
    try pump()
    return true
  }

  func forget(_ uri: String) { published[uri] = nil }
  func forgetPublished() { published = [:] }

  private func pump() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(socket, &buffer, buffer.count)
    guard count > 0 else { throw Finding(count == 0 ? "the server ended" : "the server is silent") }
    decoder.append(buffer[..<count])
    while let frame = decoder.next() {
      guard case .body(let range) = frame else { throw Finding("damaged output: \(frame)") }
      try receive(try decoder.withBytes(of: range) { try JSONValue(parsing: $0) })
    }
  }

  private func receive(_ message: JSONValue) throws {
    if let method = message["method"]?.stringValue {
      if method == "textDocument/publishDiagnostics", let params = message["params"] {
        published[params["uri"]?.stringValue ?? ""] = params["diagnostics"] ?? .null
      }
      if let id = message["id"] { try send(Damage.framed(["jsonrpc": "2.0", "id": id, "result": nil])) }
      return
    }
    guard let id = message["id"].flatMap({ try? RequestID(json: $0) }) else {
      nullErrors += 1
      return
    }
    guard let question = open.removeValue(forKey: id) else { throw Finding("a second reply to \(id): \(message)") }
    try check(message, question)
    if question.isKept { kept[id] = message["result"] ?? .null }
  }

  private func check(_ reply: JSONValue, _ question: Question) throws {
    let code = reply["error"]?["code"]?.intValue.map(ErrorCode.init)
    if question.mayBeCancelled, code == .requestCancelled { return }
    let isRight =
      switch question.expected {
      case .result: reply["result"] != nil
      case .resultOrGone: reply["result"] != nil || code == .contentModified || code == .requestFailed
      case .error(let expected): code == expected
      }
    guard isRight else { throw Finding("\(question.method) was answered with \(reply)") }
  }

  // MARK: The end

  /// Leaves in good order.
  func finish() throws {
    try settle()
    try ask("shutdown", nil)
    try notify("exit", nil)
    do {
      while true { try pump() }
    } catch let finding as Finding where finding.description == "the server ended" {}
    guard open.isEmpty else { throw Finding("shutdown was not answered") }
    guard exitStatus.wait() == 0 else { throw Finding("the server's exit status is not 0") }
  }

  /// Leaves in any order.
  func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

  deinit { close(socket) }
}
