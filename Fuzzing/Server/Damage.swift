import JSONRPC

/// A message that no client should send, with what the server owes for it. None of them may change a document.
enum Damage: CaseIterable {
  case noJSON, emptyBody, noObject, noMethod, batch, headerWithoutLength, lengthIsNoNumber, negativeLength,
    endlessHeader
  case junkBeforeHeader, lengthTooSmall, lengthTooLarge, methodIsNoString, idIsNoID, unknownMethod, unknownNotification
  case wrongParams, wrongNotification, brokenChange, strayReply, initializeAgain, textualID, closeUnknown

  /// What is sent, and what comes back for it.
  struct Message {
    var bytes: [UInt8]
    /// Errors that name no request.
    var nullErrors = 0...0
    /// A request in it that must be answered with this.
    var id: RequestID?
    var expected = Expected.result
  }

  private static let methods = [
    "textDocument/hover", "textDocument/codeAction", "textDocument/inlayHint", "textDocument/documentSymbol",
    "textDocument/codeLens", "textDocument/diagnostic", "workspace/executeCommand", "kernelwright/ops",
    "workspace/textDocumentContent",
  ]
  private static let wrong: [JSONValue] = [
    nil, [], 7, "x", ["textDocument": 3], ["textDocument": ["uri": 3]], ["textDocument": [:]], ["command": [:]],
    ["uri": 1.5],
  ]

  /// - Parameters:
  ///   - number: a number that no request has had yet; it also decides between variants.
  ///   - uri: of a document that may be open.
  func message(_ number: Int, uri: String) -> Message {
    let id = RequestID.number(number)
    func request(_ method: JSONValue, _ params: JSONValue = nil, id: JSONValue? = nil) -> [UInt8] {
      Self.framed(["jsonrpc": "2.0", "id": id ?? .int(number), "method": method, "params": params])
    }
    func pick<T>(_ choices: [T]) -> T { choices[number % choices.count] }
    let ops: JSONValue = ["textDocument": ["uri": .string(uri)]]
    switch self {
    case .noJSON:
      let body = pick(["{{{{", "[1,2", "{\"a\":}", "\"open", "nul", "+1", "01", "{\"a\":1}}", "\u{7F}", "[\"\\x\"]"])
      return Message(bytes: Self.framed(Array(body.utf8)), nullErrors: 1...1)
    case .emptyBody: return Message(bytes: Self.framed([]), nullErrors: 1...1)
    case .noObject: return Message(bytes: Self.framed(pick([3, "text", nil, true, 1e300])), nullErrors: 1...1)
    case .noMethod: return Message(bytes: Self.framed(["jsonrpc": "2.0", "params": [:]]), nullErrors: 1...1)
    case .batch: return Message(bytes: Self.framed([["jsonrpc": "2.0", "id": 1, "method": "x"]]), nullErrors: 1...1)
    case .headerWithoutLength:
      return Message(
        bytes: Array(pick(["Hello\r\n\r\n", "Content-Type: a\r\n\r\n", "\r\n\r\n"]).utf8), nullErrors: 1...1)
    case .lengthIsNoNumber:
      let length = pick(["x", "", "1e3", "99999999999999999999", "0x10"])
      return Message(bytes: Array("Content-Length: \(length)\r\n\r\n".utf8), nullErrors: 1...1)
    case .negativeLength: return Message(bytes: Array("Content-Length: -5\r\n\r\n".utf8), nullErrors: 1...1)
    case .endlessHeader:
      return Message(bytes: Array(repeating: UInt8(ascii: "a"), count: 5000 + number % 5000), nullErrors: 1...4)
    case .junkBeforeHeader:
      return Message(
        bytes: Array(pick(["x", "Content-Length", "}", "content-length"]).utf8) + request("$/unknown"),
        nullErrors: 1...1, id: id, expected: .error(.methodNotFound))
    case .lengthTooSmall:
      let message = request("kernelwright/ops", ops)
      return Message(
        bytes: Self.restated(message, by: -1 - number % 5) + Self.framed(["jsonrpc": "2.0", "method": "$/unknown"]),
        nullErrors: 2...2)
    case .lengthTooLarge:
      let message = request("kernelwright/ops", ops)
      return Message(
        bytes: Self.restated(message, by: 1 + number % 40)
          + Self.framed(["jsonrpc": "2.0", "method": "$/unknown", "params": ["padding": "........"]]),
        id: id, expected: .result)
    case .methodIsNoString: return Message(bytes: request(5), id: id, expected: .error(.invalidRequest))
    case .idIsNoID:
      return Message(bytes: request("shutdown", id: pick([[:], true, 1.5, []])), nullErrors: 1...1)
    case .unknownMethod:
      return Message(bytes: request("textDocument/definition", ops), id: id, expected: .error(.methodNotFound))
    case .unknownNotification:
      return Message(bytes: Self.framed(["jsonrpc": "2.0", "method": pick(["$/unknown", "unknown", ""])]))
    case .wrongParams:
      return Message(
        bytes: request(.string(pick(Self.methods)), Self.wrong[number / 16 % Self.wrong.count]), id: id,
        expected: .error(.invalidParams))
    case .wrongNotification:
      let method = pick(["didOpen", "didChange", "didClose", "didSave"])
      return Message(
        bytes: Self.framed([
          "jsonrpc": "2.0", "method": .string("textDocument/" + method),
          "params": Self.wrong[number / 8 % Self.wrong.count],
        ]))
    case .brokenChange:
      // The first change is right, the second can't be read: neither may be made.
      let changes: JSONValue = [
        ["text": "gone"],
        pick([["range": 3, "text": ""], ["range": nil], ["text": 1], ["range": ["start": [:]], "text": "x"]]),
      ]
      return Message(
        bytes: Self.framed([
          "jsonrpc": "2.0", "method": "textDocument/didChange",
          "params": ["textDocument": ["uri": .string(uri), "version": 1], "contentChanges": changes],
        ]))
    case .strayReply:
      return Message(
        bytes: Self.framed(
          pick([
            ["jsonrpc": "2.0", "id": 77_777, "result": nil], ["jsonrpc": "2.0", "id": "x", "error": ["code": 1]],
            ["jsonrpc": "2.0", "id": nil, "error": ["code": -32_700, "message": "what?"]],
          ])))
    case .initializeAgain: return Message(bytes: request("initialize", [:]), id: id, expected: .error(.invalidRequest))
    case .textualID:
      return Message(
        bytes: request("kernelwright/ops", ops, id: .string("é\(number)")), id: .string("é\(number)"),
        expected: .result)
    case .closeUnknown:
      return Message(
        bytes: Self.framed([
          "jsonrpc": "2.0",
          "method": pick(["textDocument/didClose", "textDocument/didChange", "textDocument/didSave"]),
          "params": [
            "textDocument": ["uri": "file:///nowhere.py", "version": nil], "contentChanges": [["text": "x"]],
          ],
        ]))
    }
  }

  static func framed(_ json: JSONValue) -> [UInt8] { framed(Array(jsonString(json).utf8)) }

  static func framed(_ body: [UInt8]) -> [UInt8] { Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body }

  /// The message with another length in its header.
  private static func restated(_ message: [UInt8], by difference: Int) -> [UInt8] {
    let body = Array(message[((message.firstIndex(of: UInt8(ascii: "{"))) ?? 0)...])
    return Array("Content-Length: \(body.count + difference)\r\n\r\n".utf8) + body
  }
}

/// How a request must be answered.
enum Expected {
  case result
  /// A result, or an error that says that what was asked for is gone.
  case resultOrGone
  case error(ErrorCode)
}
