import Testing

@testable import JSONRPC

@Suite("Frame decoder")
struct FrameDecoderTests {
  /// Feeds portions and gives back bodies as text, damages as `!`.
  private func decode(_ portions: [String], maximumBody: Int = 1000) -> [String] {
    var decoder = FrameDecoder(maximumBody: maximumBody)
    var found: [String] = []
    for portion in portions {
      decoder.append(Array(portion.utf8))
      while let frame = decoder.next() {
        switch frame {
        case .body(let range):
          found.append(decoder.withBytes(of: range) { String(decoding: $0, as: UTF8.self) })
        case .damaged: found.append("!")
        }
      }
    }
    return found
  }

  private func frame(_ body: String) -> String { "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }

  @Test("messages cut at every byte, and all in one")
  func partialAndMerged() {
    let stream = frame("{}") + frame("[1,\"é🔥\"]") + frame("") + frame("null")
    let wanted = ["{}", "[1,\"é🔥\"]", "", "null"]
    #expect(decode([stream]) == wanted)
    var decoder = FrameDecoder()
    var found: [String] = []
    for byte in stream.utf8 {
      decoder.append([byte])
      while let frame = decoder.next() {
        guard case .body(let range) = frame else {
          Issue.record("damaged: \(frame)")
          continue
        }
        found.append(decoder.withBytes(of: range) { String(decoding: $0, as: UTF8.self) })
      }
    }
    #expect(found == wanted)
  }

  @Test("other fields, other cases, other orders and bare line feeds are taken")
  func headers() {
    #expect(
      decode([
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
        "content-length:2\r\nX-Unknown: yes\r\n\r\n[]", "CONTENT-LENGTH:\t 2 \n\n{}", "\r\nContent-Length: 2\r\n\r\n[]",
      ]) == ["{}", "[]", "{}", "[]"])
  }

  @Test("after a length that was stated too small the next message is found")
  func lengthTooSmall() {
    let found = decode(["Content-Length: 3\r\n\r\n{\"a\":1}" + frame("[2]") + frame("[3]")])
    #expect(found.suffix(2) == ["[2]", "[3]"])
    #expect(found.contains("!"))
  }

  @Test("bad, missing and negative lengths are reported once each and skipped")
  func badLengths() {
    #expect(decode(["Content-Length: many\r\n\r\n" + frame("{}")]) == ["!", "{}"])
    #expect(decode(["Content-Length: -4\r\n\r\n" + frame("{}")]) == ["!", "{}"])
    #expect(decode(["Content-Length: 99999999999999999999\r\n\r\n" + frame("{}")]) == ["!", "{}"])
    #expect(decode(["X: y\r\n\r\n" + frame("{}")]) == ["!", "{}"])
  }

  @Test("a body over the limit is dropped as it comes, and the next message is read")
  func oversized() {
    let big = frame(String(repeating: "x", count: 5000))
    let portions = stride(from: 0, to: big.count, by: 700).map { start in
      String(big.dropFirst(start).prefix(700))
    }
    #expect(decode(portions + [frame("{}")]) == ["!", "{}"])
    var decoder = FrameDecoder(maximumBody: 1000)
    decoder.append(Array("Content-Length: 1000000000\r\n\r\n".utf8))
    _ = decoder.next()
    decoder.append(Array(repeating: UInt8(ascii: "x"), count: 100_000))
    #expect(decoder.pendingBytes == 0)
  }

  @Test("endless garbage takes no memory")
  func garbage() {
    var decoder = FrameDecoder()
    for _ in 0..<100 {
      decoder.append(Array(repeating: UInt8(ascii: "g"), count: 4000))
      while decoder.next() != nil {}
      #expect(decoder.pendingBytes <= 8192)
    }
    decoder.append(Array(("\r\n\r\n" + frame("{}")).utf8))
    var bodies = 0
    while let frame = decoder.next() { if case .body = frame { bodies += 1 } }
    #expect(bodies == 1)
  }

  @Test("a message that was swallowed by the one before can be put back")
  func putBack() throws {
    var decoder = FrameDecoder()
    let stolen = "{}" + frame("[1]")
    decoder.append(Array("Content-Length: \(stolen.utf8.count)\r\n\r\n\(stolen)".utf8))
    guard case .body(let range)? = decoder.next() else {
      Issue.record("no body")
      return
    }
    let refused = decoder.putBack(from: 1, of: range)
    let accepted = decoder.putBack(from: 2, of: range)
    #expect(!refused && accepted)
    guard case .body(let next)? = decoder.next() else {
      Issue.record("no second body")
      return
    }
    #expect(decoder.withBytes(of: next) { Array($0) } == Array("[1]".utf8))
  }

  @Test("what is damaged is told of in the same way however the stream is cut")
  func cutsDontMatter() {
    let long = String(repeating: "X: y\r\n", count: 800)
    for stream in [
      "Hello\r\n\r\n", "Hello\r\n\r\n" + frame("{}"), String(repeating: "g", count: 9000) + frame("{}"),
      long + frame("{}"), String(long.prefix(4080)) + frame("{}"), "X: y\r\n\r\nContent-Len",
    ] {
      let whole = decode([stream])
      #expect(whole == decode(stream.unicodeScalars.map { String($0) }))
      #expect(whole.count <= 4)
    }
    #expect(decode(["Hello\r\n\r\n"]) == ["!"])
  }

  @Test("a message that was swallowed is put back although little of it has arrived")
  func putBackHalf() {
    var decoder = FrameDecoder()
    decoder.append(Array("Content-Length: 4\r\n\r\n{}Co".utf8))
    guard case .body(let range)? = decoder.next() else {
      Issue.record("no body")
      return
    }
    let isPutBack = decoder.putBack(from: 2, of: range)
    #expect(isPutBack)
    decoder.append(Array("ntent-Length: 2\r\n\r\n[]".utf8))
    guard case .body(let next)? = decoder.next() else {
      Issue.record("no second body")
      return
    }
    #expect(decoder.withBytes(of: next) { Array($0) } == Array("[]".utf8))
  }
}
