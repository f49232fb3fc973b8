import Testing

@testable import ModelClient

@Suite("Server-sent events")
struct ServerSentEventParserTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var stream: String
    var events: [ServerSentEvent]

    var testDescription: String { name }
  }

  private static let cases = [
    Case(name: "one event", stream: "data: a\n\n", events: [.init(name: "", data: "a")]),
    Case(name: "named", stream: "event: ping\ndata: {}\n\n", events: [.init(name: "ping", data: "{}")]),
    Case(
      name: "carriage returns", stream: "event: a\rdata: 1\r\rdata: 2\r\r",
      events: [.init(name: "a", data: "1"), .init(name: "", data: "2")]),
    Case(
      name: "both line ends", stream: "data: 1\r\n\r\ndata: 2\r\n\r\n",
      events: [.init(name: "", data: "1"), .init(name: "", data: "2")]),
    Case(
      name: "both line ends inside an event", stream: "event: a\r\ndata: 1\r\ndata: 2\r\n\r\n",
      events: [.init(name: "a", data: "1\n2")]),
    Case(name: "several data lines", stream: "data: a\ndata:\ndata: b\n\n", events: [.init(name: "", data: "a\n\nb")]),
    Case(name: "empty data", stream: "data\n\n", events: [.init(name: "", data: "")]),
    Case(name: "only one space goes", stream: "data:  a \n\n", events: [.init(name: "", data: " a ")]),
    Case(name: "colons in data", stream: "data: a: b:c\n\n", events: [.init(name: "", data: "a: b:c")]),
    Case(name: "comments", stream: ": hello\n\n:\ndata: a\n: x\n\n", events: [.init(name: "", data: "a")]),
    Case(name: "no data, no event", stream: "event: a\n\ndata: b\n\n", events: [.init(name: "", data: "b")]),
    Case(name: "id and retry", stream: "id: 7\nretry: 10\ndata: a\nodd: x\n\n", events: [.init(name: "", data: "a")]),
    Case(name: "byte-order mark", stream: "\u{FEFF}data: a\n\n", events: [.init(name: "", data: "a")]),
    Case(name: "cut off at the end", stream: "data: a\n\ndata: b\n", events: [.init(name: "", data: "a")]),
    Case(name: "more than ASCII", stream: "data: é 漢 👩‍🔬\n\n", events: [.init(name: "", data: "é 漢 👩‍🔬")]),
    Case(name: "nothing", stream: "\n\n\n", events: []),
  ]

  @Test("reads the whole stream at once", arguments: cases)
  private func whole(_ example: Case) throws {
    var parser = ServerSentEventParser()
    #expect(try parser.feed(Array(example.stream.utf8)) == example.events)
  }

  @Test("reads the stream byte by byte", arguments: cases)
  private func byteByByte(_ example: Case) throws {
    var parser = ServerSentEventParser()
    var events: [ServerSentEvent] = []
    for byte in example.stream.utf8 { events += try parser.feed(CollectionOfOne(byte)) }
    #expect(events == example.events)
  }

  @Test("reads the stream cut in three at every two places", arguments: cases)
  private func everyCut(_ example: Case) throws {
    let bytes = Array(example.stream.utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var parser = ServerSentEventParser()
        var events = try parser.feed(bytes[..<first])
        events += try parser.feed(bytes[first..<second])
        events += try parser.feed(bytes[second...])
        guard events == example.events else {
          Issue.record("cut at \(first) and \(second): \(events)")
          return
        }
      }
    }
  }

  @Test("gives an event as soon as its empty line is there, and not before")
  func promptness() throws {
    var parser = ServerSentEventParser()
    #expect(try parser.feed(Array("data: a\r\n\r".utf8)) == [.init(name: "", data: "a")])
    #expect(try parser.feed(Array("\ndata: b\n".utf8)).isEmpty)
    #expect(try parser.feed(Array("\n".utf8)) == [.init(name: "", data: "b")])
  }

  @Test("replaces bytes that are not UTF-8, and goes on")
  func invalidUTF8() throws {
    var parser = ServerSentEventParser()
    let events = try parser.feed(Array("data: a".utf8) + [0xFF] + Array("b\n\ndata: c\n\n".utf8))
    #expect(events == [.init(name: "", data: "a\u{FFFD}b"), .init(name: "", data: "c")])
  }

  @Test("refuses an event without an end")
  func endless() throws {
    var parser = ServerSentEventParser()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    #expect(throws: ModelError.self) {
      for _ in 0...(ServerSentEventParser.maximumEventBytes >> 20) { _ = try parser.feed(piece) }
    }
  }
}
