import Foundation

/// One connection of a `LoopbackProvider`: reads requests and writes replies, on a thread of its own.
struct LoopbackConnection {
  /// What became of the connection while a reply was sent.
  enum Outcome {
    /// The reply is complete and the client may go on.
    case kept
    /// The script closed it.
    case dropped
    /// The client closed it in the middle.
    case abandoned
  }

  let socket: LoopbackSocket
  let number: Int
  private var buffer: [UInt8] = []

  init(socket: LoopbackSocket, number: Int) {
    self.socket = socket
    self.number = number
  }

  /// The next request; nil when the client has gone or does not speak HTTP/1.1.
  mutating func readRequest() -> RecordedRequest? {
    let end = Array("\r\n\r\n".utf8)
    while buffer.firstRange(of: end) == nil {
      guard buffer.count < 1 << 20, let more = socket.receive(), !more.isEmpty else { return nil }
      buffer += more
    }
    guard let headEnd = buffer.firstRange(of: end) else { return nil }
    let lines = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3, words[2] == "HTTP/1.1" else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    buffer.removeSubrange(..<headEnd.upperBound)
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while buffer.count < length {
      guard let more = socket.receive(), !more.isEmpty else { return nil }
      buffer += more
    }
    defer { buffer.removeSubrange(..<length) }
    return RecordedRequest(
      method: String(words[0]), target: String(words[1]), headers: headers, body: Data(buffer[..<length]),
      connection: number)
  }

  func send(_ reply: LoopbackReply, to request: RecordedRequest) -> Outcome {
    switch reply.content {
    case .choice(let choose): return send(choose(request), to: request)
    case .drop: return .dropped
    case .silence: return waitForTheClientToGo()
    case .http(let status, let headers, let body):
      let lines =
        headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "Content-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n"
      return socket.send(Array("HTTP/1.1 \(status) Scripted\r\n\(lines)\(body)".utf8)) ? .kept : .abandoned
    case .events(let events): return stream(events, reply.pace)
    case .answer(let text, let calls, let tokens, let stop):
      guard
        let events = LoopbackAnswer.events(path: request.target, text: text, calls: calls, tokens: tokens, stop: stop)
      else {
        return send(.http(status: 404, body: #"{"error": {"message": "no such path"}}"#), to: request)
      }
      guard request.json["stream"] as? Bool == true else {
        return send(.http(status: 400, body: #"{"error": {"message": "only streams here"}}"#), to: request)
      }
      return stream(events, reply.pace)
    }
  }

  private func stream(_ events: [String], _ pace: LoopbackReply.Pace) -> Outcome {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    guard socket.send(Array(head.utf8)) else { return .abandoned }
    for piece in pieces(events, pace) {
      if hasGone(within: pace) { return .abandoned }
      let chunk = Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
      guard socket.send(chunk) else { return .abandoned }
    }
    switch pace.ending {
    case .complete where hasGone(within: pace): return .abandoned
    case .complete: return socket.send(Array("0\r\n\r\n".utf8)) ? .kept : .abandoned
    case .drop: return .dropped
    case .silence: return waitForTheClientToGo()
    }
  }

  private func hasGone(within pace: LoopbackReply.Pace) -> Bool {
    pace.pauseMilliseconds > 0 && socket.clientHasGone(withinMilliseconds: pace.pauseMilliseconds)
  }

  private func pieces(_ events: [String], _ pace: LoopbackReply.Pace) -> [[UInt8]] {
    if pace.bytes == nil, pace.cutAfter == nil { return events.filter { !$0.isEmpty }.map { Array($0.utf8) } }
    var bytes = events.flatMap { Array($0.utf8) }
    if let end = pace.cutAfter { bytes = Array(bytes.prefix(end)) }
    let size = max(1, pace.bytes ?? bytes.count)
    return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
  }

  private func waitForTheClientToGo() -> Outcome {
    while let more = socket.receive(), !more.isEmpty {}
    return .abandoned
  }
}
