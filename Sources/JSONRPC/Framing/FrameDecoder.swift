/// Cuts a stream of bytes into message bodies (LSP 3.17 "Base Protocol": header fields, an empty line, the body).
///
/// Bytes come in any portions. What can't be a header is skipped up to the next `Content-Length:`, so that one bad
/// message doesn't make the connection deaf; a body over the limit is dropped as it arrives, never held.
public struct FrameDecoder {
  /// What the decoder found.
  public enum Frame: Hashable, Sendable {
    /// Where the body stands in `bytes` until the next call.
    case body(Range<Int>)
    /// Something was skipped; the sentence says what.
    case damaged(String)
  }

  /// The largest body that is taken. Documents of 100 MB must pass; a length beyond this is a mistake or an attack.
  public let maximumBody: Int
  /// Header fields are a line or two; more than this without an end is not a header, whether the end is to come or not.
  static let maximumHeader = 4096

  /// Bytes received, up to `filled`; behind that there is room for more.
  private var buffer: [UInt8] = []
  private var filled = 0
  /// Offset of the first byte not yet consumed.
  private var start = 0
  /// Header search goes on from here, so that bytes that arrive one by one are not searched again and again.
  private var searched = 0
  private var bodyLength: Int?
  /// Bytes of an oversized body still to be dropped.
  private var dropping = 0

  public init(maximumBody: Int = 256 << 20) {
    self.maximumBody = maximumBody
  }

  /// Bytes received and not consumed.
  public var pendingBytes: Int { filled - start }

  /// How many more bytes the message under way needs; zero when that is not known.
  public var missingBytes: Int { max(0, (bodyLength ?? 0) - pendingBytes) }

  public mutating func append(_ bytes: some Collection<UInt8>) {
    receive(bytes.count) { room in
      room.copyBytes(from: bytes)
      return bytes.count
    }
  }

  /// Lets bytes be written to where they are needed.
  /// - Parameters:
  ///   - least: room for so many bytes is made at least.
  ///   - read: writes bytes to the beginning of the room, and says how many.
  public mutating func receive(_ least: Int, _ read: (UnsafeMutableRawBufferPointer) -> Int) {
    compact()
    makeRoom(least)
    filled += buffer.withUnsafeMutableBytes { read(UnsafeMutableRawBufferPointer(rebasing: $0[filled...])) }
    dropOversized()
  }

  /// A length that was stated alone takes no memory: the room grows with what arrives.
  private mutating func makeRoom(_ least: Int) {
    guard buffer.count - filled < least else { return }
    let message = start + (bodyLength ?? 0)
    let size = max(filled + least, min(message, 2 * buffer.count))
    buffer.append(contentsOf: repeatElement(0, count: size - buffer.count))
  }

  /// The next frame, or nil when more bytes are needed.
  public mutating func next() -> Frame? {
    while true {
      if let length = bodyLength {
        guard pendingBytes >= length else { return nil }
        let body = start..<start + length
        consume(length)
        bodyLength = nil
        return .body(body)
      }
      guard dropping == 0 else { return nil }
      switch readHeader() {
      case .incomplete: return nil
      case .length(let length) where length > maximumBody:
        dropping = length
        dropOversized()
        return .damaged("a message of \(length) bytes was dropped: the limit is \(maximumBody)")
      case .length(let length): bodyLength = length
      case .damaged(let reason): return .damaged(reason)
      }
    }
  }

  /// Reads the bytes of a body that `next` gave.
  public func withBytes<T>(of body: Range<Int>, _ read: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
    try buffer.withUnsafeBufferPointer { try read(UnsafeBufferPointer(rebasing: $0[body])) }
  }

  /// Takes bytes at the end of the body just given back into the stream: its length was stated too large and swallowed
  /// the start of what follows. True when a header indeed starts there, as far as it has arrived.
  public mutating func putBack(from offset: Int, of body: Range<Int>) -> Bool {
    let position = body.lowerBound + offset
    guard body.contains(position), startsWithField(position, orWithPartOfIt: true) else { return false }
    start = position
    searched = position
    return true
  }

  // MARK: Header

  private enum Header {
    case incomplete
    case length(Int)
    case damaged(String)
  }

  private static let field = Array("content-length:".utf8)

  private mutating func readHeader() -> Header {
    guard let end = headerEnd() else {
      // The end of a header is looked for in two bytes behind its last line's.
      guard pendingBytes > Self.maximumHeader + 2 else { return .incomplete }
      // The field's name itself may stand half at the end of what was looked at.
      return resynchronise("a header without an end", before: start + Self.maximumHeader - Self.field.count)
    }
    var length: Int?
    var line = start
    while line < end.fields {
      let lineEnd = buffer[line..<end.fields].firstIndex(of: UInt8(ascii: "\n")) ?? end.fields
      if startsWithField(line) {
        let digits = buffer[line + Self.field.count..<lineEnd].filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        length = digits.count <= 15 ? Int(String(decoding: digits, as: UTF8.self)) : nil
        if length == nil || (length ?? 0) < 0 { return skip(to: end.next, "a Content-Length that is not a number") }
      }
      line = lineEnd + 1
    }
    guard let length else { return resynchronise("a header without Content-Length", before: end.next) }
    consume(end.next - start)
    return .length(length)
  }

  /// Where the fields end and where the body starts. A bare line feed is taken for a line end as well.
  private mutating func headerEnd() -> (fields: Int, next: Int)? {
    let limit = min(filled, start + Self.maximumHeader)
    var index = max(start, searched - 3)
    while index < limit {
      guard buffer[index] == UInt8(ascii: "\n") else {
        index += 1
        continue
      }
      if index + 1 < filled, buffer[index + 1] == UInt8(ascii: "\n") { return (index, index + 2) }
      if index + 2 < filled, buffer[index + 1] == UInt8(ascii: "\r"), buffer[index + 2] == UInt8(ascii: "\n") {
        return (index, index + 3)
      }
      index += 1
    }
    searched = limit
    return nil
  }

  private func startsWithField(_ index: Int, orWithPartOfIt: Bool = false) -> Bool {
    let count = min(Self.field.count, filled - index)
    guard count == Self.field.count || orWithPartOfIt else { return false }
    for (offset, byte) in Self.field.prefix(count).enumerated() where buffer[index + offset] | 0x20 != byte | 0x20 {
      return false
    }
    return true
  }

  private mutating func skip(to index: Int, _ reason: String) -> Header {
    consume(index - start)
    return .damaged(reason)
  }

  /// Moves on to the next `Content-Length:` before `limit`, or to `limit` when there is none. What is skipped depends on
  /// nothing but the bytes before `limit`, so that a stream is read in one way however it is cut.
  private mutating func resynchronise(_ reason: String, before limit: Int) -> Header {
    var index = start + 1
    while index < limit {
      if startsWithField(index) { return skip(to: index, reason) }
      index += 1
    }
    return skip(to: limit, reason)
  }

  // MARK: Memory

  private mutating func consume(_ count: Int) {
    start += count
    searched = start
  }

  private mutating func dropOversized() {
    let count = min(dropping, pendingBytes)
    guard count > 0 else { return }
    dropping -= count
    consume(count)
    compact()
  }

  /// Gives consumed bytes back: at once when all are, and a large buffer altogether.
  private mutating func compact() {
    guard start > 0 else { return }
    if start == filled {
      if buffer.count > 1 << 20 { buffer = [] }
      filled = 0
    } else if start >= 1 << 16 || start > filled / 2 {
      buffer.withUnsafeMutableBytes { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<filled]))
      }
      filled -= start
    } else {
      return
    }
    start = 0
    searched = 0
  }
}
