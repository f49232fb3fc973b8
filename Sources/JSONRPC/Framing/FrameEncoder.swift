/// Encodes messages with their headers.
///
/// The body is written after a gap that the header is then put into from the right, so nothing is copied to join them.
struct FrameEncoder {
  /// `Content-Length: ` and up to ten digits and two line ends.
  private static let gap = 32
  private var writer = JSONWriter()

  /// The bytes of one message: header and body.
  mutating func encode<T>(_ write: (inout JSONWriter) -> Void, send: (UnsafeRawBufferPointer) -> T) -> T {
    writer.restart(leaving: Self.gap)
    writer.object { writer in
      writer.key("jsonrpc")
      writer.write("2.0" as StaticString)
      write(&writer)
    }
    let header = Array("Content-Length: \(writer.bytes.count - Self.gap)\r\n\r\n".utf8)
    let start = Self.gap - header.count
    writer.bytes.replaceSubrange(start..<Self.gap, with: header)
    let result = writer.bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    // One huge reply must not be held for the rest of the session.
    if writer.bytes.capacity > 1 << 20 { writer = JSONWriter() }
    return result
  }
}
