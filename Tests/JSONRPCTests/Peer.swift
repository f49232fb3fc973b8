import Foundation
import TestSupport
import Testing

@testable import JSONRPC

/// The client's end of a loop that runs on a thread of its own. Used by one thread.
final class Peer {
  typealias Loop = MessageLoop<String>

  let descriptor: Int32
  let mailbox: Mailbox<String>
  private let end: Handoff<Loop.End>
  private var decoder = FrameDecoder()

  /// - Parameter sendBuffer: bytes that the system holds for a client that doesn't read.
  init(
    setUp: @escaping @Sendable (Loop) -> Void = { _ in },
    onEvent: @escaping @Sendable (Loop, String) -> Void = { _, _ in },
    onMessage: @escaping @Sendable (Loop, IncomingMessage) -> Void
  ) throws {
    let sockets = try SocketPair()
    let theirs = sockets.theirs
    descriptor = sockets.ours
    let ready = Handoff<Mailbox<String>>()
    let end = Handoff<Loop.End>()
    self.end = end
    Thread {
      guard let loop = Loop(input: theirs, output: theirs) else { return ready.put(nil) }
      setUp(loop)
      ready.put(loop.mailbox)
      end.put(loop.run(onMessage: { onMessage(loop, $0) }, onEvent: { onEvent(loop, $0) }))
      close(theirs)
    }.start()
    mailbox = try #require(ready.wait())
  }

  deinit {
    close(descriptor)
  }

  func send(_ json: JSONValue) {
    send(text: Self.frame(json))
  }

  static func frame(_ json: JSONValue) -> String {
    let body = jsonString(json)
    return "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  func send(text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// The loop's next message; nil at the end of the stream.
  func receive() throws -> JSONValue? {
    while true {
      if let frame = decoder.next() {
        guard case .body(let range) = frame else { throw JSONDecodingError("damaged output: \(frame)") }
        return try decoder.withBytes(of: range) { try JSONValue(parsing: $0) }
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return nil }
      decoder.append(buffer[..<count])
    }
  }

  /// Closes the client's sending side.
  func hangUp() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func waitForEnd() -> Loop.End? { end.wait() }
}
