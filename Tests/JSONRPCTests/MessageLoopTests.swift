import Foundation
import TestSupport
import Testing

@testable import JSONRPC

@Suite("Message loop")
struct MessageLoopTests {
  /// Answers every request with its method and parameters.
  private static let echo: @Sendable (Peer.Loop, IncomingMessage) -> Void = { loop, message in
    switch message {
    case .request(let id, let method, let params):
      loop.reply(id, ["method": .string(method), "params": params] as JSONValue)
    case .malformed(let id, let error): loop.fail(id, error)
    case .notification("stop", _): loop.stop()
    default: break
    }
  }

  @Test("requests are answered in order with the ids they came with")
  func echoes() throws {
    let peer = try Peer(onMessage: Self.echo)
    peer.send(["jsonrpc": "2.0", "id": 1, "method": "a", "params": [1]])
    peer.send(["jsonrpc": "2.0", "id": "x", "method": "b"])
    #expect(try peer.receive() == ["jsonrpc": "2.0", "id": 1, "result": ["method": "a", "params": [1]]])
    #expect(try peer.receive() == ["jsonrpc": "2.0", "id": "x", "result": ["method": "b", "params": nil]])
    peer.send(["jsonrpc": "2.0", "method": "stop"])
    #expect(peer.waitForEnd() == .stopped)
    #expect(try peer.receive() == nil)
  }

  @Test("what came before the end of the input is still answered")
  func answersBeforeTheEnd() throws {
    let peer = try Peer(onMessage: Self.echo)
    peer.send(["id": 1, "method": "a"])
    peer.hangUp()
    #expect(try peer.receive()?["id"] == 1)
    #expect(peer.waitForEnd() == .disconnected)
  }

  @Test("damaged messages get a parse error with a null id, and the next one is answered")
  func damaged() throws {
    let peer = try Peer(onMessage: Self.echo)
    peer.send(text: "Content-Length: 5\r\n\r\n{\"id\"" + Peer.frame(["id": 7, "method": "a"]))
    let error = try peer.receive()
    #expect(error?["error"]?["code"] == -32700)
    #expect(error?["id"] == .null)
    #expect(try peer.receive()?["id"] == 7)
  }

  @Test("a length that swallows the next message loses neither")
  func swallowed() throws {
    let peer = try Peer(onMessage: Self.echo)
    let first = #"{"id":1,"method":"a"}"#
    let second = Peer.frame(["id": 2, "method": "b"])
    peer.send(text: "Content-Length: \(first.utf8.count + 30)\r\n\r\n\(first)\(second)")
    #expect(try peer.receive()?["id"] == 1)
    #expect(try peer.receive()?["id"] == 2)
  }

  @Test("batches, ids of other types and messages that are no objects are invalid requests")
  func invalidRequests() throws {
    let peer = try Peer(onMessage: Self.echo)
    for message: JSONValue in [
      [["id": 1, "method": "a"]], ["id": [1], "method": "a"], 3, [:], ["id": 4, "method": 5],
    ] {
      peer.send(message)
      #expect(try peer.receive()?["error"]?["code"] == -32600)
    }
  }

  @Test("a cancellation that arrives with its request overtakes it: one reply, and nothing is done")
  func cancellation() throws {
    let peer = try Peer(onMessage: Self.echo)
    var batch = ""
    for id in 0..<50 { batch += Peer.frame(["id": .int(id), "method": "work"]) }
    for id in 1..<50 { batch += Peer.frame(["method": "$/cancelRequest", "params": ["id": .int(id)]]) }
    batch += Peer.frame(["id": "last", "method": "work"])
    peer.send(text: batch)
    var codes: [String: JSONValue] = [:]
    while codes["last"] == nil, let reply = try peer.receive() {
      let id = reply["id"].map { jsonString($0).replacing("\"", with: "") } ?? ""
      #expect(codes[id] == nil, "two replies to \(id)")
      codes[id] = reply["error"]?["code"] ?? .null
    }
    #expect(codes.count == 51)
    #expect(codes["49"] == -32800)
  }

  @Test("events of other threads arrive in order, and all of them")
  func events() throws {
    let peer = try Peer(onEvent: { loop, event in loop.notify("event", event) }, onMessage: Self.echo)
    let mailbox = peer.mailbox
    Thread { for number in 0..<1000 { mailbox.post(String(number)) } }.start()
    for number in 0..<1000 { #expect(try peer.receive()?["params"] == .string(String(number))) }
  }

  @Test("timers fire in the order of their times, and a cancelled one doesn't")
  func timers() throws {
    let peer = try Peer(
      setUp: { loop in
        loop.after(.milliseconds(20)) { loop.notify("timer", "late") }
        loop.after(.milliseconds(5)) { loop.notify("timer", "early") }
        let cancelled = loop.after(.milliseconds(10)) { loop.notify("timer", "never") }
        loop.cancel(cancelled)
      }, onMessage: Self.echo)
    #expect(try peer.receive()?["params"] == "early")
    #expect(try peer.receive()?["params"] == "late")
  }

  @Test("idle work waits until what has arrived is answered")
  func idleWork() throws {
    let peer = try Peer(onMessage: { loop, message in
      if case .notification = message { loop.whenIdle { loop.notify("idle", 0) } }
      Self.echo(loop, message)
    })
    peer.send(text: Peer.frame(["method": "edit"]) + Peer.frame(["id": 1, "method": "hover"]))
    #expect(try peer.receive()?["id"] == 1)
    #expect(try peer.receive()?["method"] == "idle")
  }

  @Test("while the client doesn't read, newer notifications replace older ones of the same subject")
  func coalescing() throws {
    let written = Handoff<Bool>()
    let peer = try Peer(onMessage: { loop, message in
      guard case .request(let id, _, _) = message else { return }
      // More than the socket holds, so that what follows has to wait.
      loop.notify("filler", String(repeating: "x", count: 4 << 20))
      for number in 0..<10_000 {
        loop.notify("progress", number, replacing: CoalescingKey("progress", "a"))
        loop.notify("progress", -number, replacing: CoalescingKey("progress", "b"))
      }
      loop.reply(id, JSONNull())
      written.put(true)
    })
    peer.send(["id": 1, "method": "go"])
    // Nothing is read before everything was written.
    #expect(written.wait() == true)
    #expect(try peer.receive()?["method"] == "filler")
    #expect(try peer.receive()?["params"] == 9999)
    #expect(try peer.receive()?["params"] == -9999)
    #expect(try peer.receive()?["id"] == 1)
  }

  @Test("the loop ends when the client's process does")
  func clientProcess() throws {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/cat")
    let childInput = Pipe()
    child.standardInput = childInput
    try child.run()
    let pid = child.processIdentifier
    let peer = try Peer(setUp: { $0.watch(process: pid) }, onMessage: Self.echo)
    peer.send(["id": 1, "method": "a"])
    #expect(try peer.receive()?["id"] == 1)
    try childInput.fileHandleForWriting.close()
    child.waitUntilExit()
    #expect(peer.waitForEnd() == .clientExited)
  }

  @Test("a client that goes away without reading ends the loop, not the process")
  func brokenPipe() throws {
    let peer = try Peer(onMessage: { loop, _ in
      loop.notify("big", String(repeating: "x", count: 1 << 20))
      loop.notify("big", String(repeating: "x", count: 1 << 20))
    })
    peer.send(["method": "go"])
    _ = shutdown(peer.descriptor, Int32(SHUT_RDWR))
    #expect(peer.waitForEnd() == .disconnected)
  }

  @Test("a message of 30 MB comes through whole")
  func bigMessage() throws {
    let peer = try Peer(onMessage: { loop, message in
      guard case .request(let id, _, let params) = message else { return }
      loop.reply(id, params["text"]?.stringValue?.utf8.count ?? -1)
    })
    let text = String(repeating: "0123456789\n", count: 3 << 20)
    peer.send(["id": 1, "method": "open", "params": ["text": .string(text)]])
    #expect(try peer.receive()?["result"] == .int(text.utf8.count))
  }
}
