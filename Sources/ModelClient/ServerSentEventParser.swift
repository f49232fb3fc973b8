/// One event of a server-sent event stream.
struct ServerSentEvent: Sendable, Equatable {
  /// The `event` field; "" when there was none, which means "message".
  var name: String
  /// The `data` fields, joined by line feeds.
  var data: String
}

/// Turns the bytes of an event stream into events, however the bytes are cut.
///
/// Follows the WHATWG HTML standard, section 9.2.6 "Interpreting an event stream": lines end in LF, CR or CRLF, a
/// byte-order mark may come first, a line that begins with a colon is a comment, an empty line ends an event, an event
/// without data is dropped, and so is one that the end of the stream cuts off. The fields `id` and `retry` are ignored:
/// they serve reconnecting, which no provider offers for an answer.
struct ServerSentEventParser: Sendable {
  /// More than any provider's event has (a whole answer is repeated in some last events), and few enough that a broken
  /// server cannot fill the memory.
  static let maximumEventBytes = 16 << 20

  private var line: [UInt8] = []
  private var name = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var lastWasCarriageReturn = false
  private var isFirstLine = true

  init() {}

  /// Takes the next bytes and gives the events that they complete.
  /// - Throws: `ModelError` of kind `.malformedReply` when an event is longer than `maximumEventBytes`.
  mutating func feed(_ bytes: some Sequence<UInt8>) throws -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n") where lastWasCarriageReturn:
        lastWasCarriageReturn = false
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        lastWasCarriageReturn = byte == UInt8(ascii: "\r")
        if let event = endLine() { events.append(event) }
      default:
        lastWasCarriageReturn = false
        guard line.count + data.count < Self.maximumEventBytes else {
          throw ModelError(.malformedReply, "The model's provider sent an endless event; try again, or another model.")
        }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() -> ServerSentEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    if line.isEmpty { return endEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "event": name = String(decoding: value, as: UTF8.self)
    case "data":
      if hasData { data.append(UInt8(ascii: "\n")) }
      data.append(contentsOf: value)
      hasData = true
    default: break
    }
    return nil
  }

  private mutating func endEvent() -> ServerSentEvent? {
    defer {
      name = ""
      data.removeAll(keepingCapacity: true)
      hasData = false
    }
    return hasData ? ServerSentEvent(name: name, data: String(decoding: data, as: UTF8.self)) : nil
  }
}
