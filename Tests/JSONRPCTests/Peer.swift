import Foundation
import Synchronization
import Testing

@testable import JSONRPC

/// One value handed from one thread to another that waits for it.
final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let arrived = DispatchSemaphore(value: 0)

  func put(_ new: Value?) {
    value.withLock { $0 = new }
    arrived.signal()
  }

  /// Nil when it does not come: a test must fail, not hang.
  func wait() -> Value? {
    guard arrived.wait(timeout: .now() + .seconds(300)) == .success else { return nil }
    defer { arrived.signal() }
    return value.withLock { $0 }
  }
}

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
    var pair: [Int32] = [0, 0]
    #if canImport(Darwin)
      try #require(socketpair(AF_UNIX, SOCK_STREAM, 0, &pair) == 0)
    #else
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    #endif
    let theirs = pair[0]
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    descriptor = pair[1]
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
