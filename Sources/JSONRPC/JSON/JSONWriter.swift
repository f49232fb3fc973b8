/// Writes JSON straight into bytes.
///
/// Commas come by themselves: one flag says whether the next key or element needs one before it, so no stack is kept.
/// The writer is as good as its caller: it doesn't check that keys and values alternate.
public struct JSONWriter {
  public internal(set) var bytes: [UInt8]
  @usableFromInline var needsComma = false

  public init(reserving capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Starts anew in the memory that is there, after `gap` bytes that the caller fills in later.
  mutating func restart(leaving gap: Int) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: repeatElement(0x20, count: gap))
    needsComma = false
  }

  /// Writes `{ … }` around what the closure writes.
  @inlinable
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "{"))
    body(&self)
    close(UInt8(ascii: "}"))
  }

  /// Writes `[ … ]` around what the closure writes.
  @inlinable
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "["))
    body(&self)
    close(UInt8(ascii: "]"))
  }

  /// Writes a key that needs no escaping.
  public mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  public mutating func key(_ name: String) {
    write(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a member.
  @inlinable
  public mutating func field(_ name: StaticString, _ value: some JSONEncodable) {
    key(name)
    value.encode(into: &self)
  }

  /// Writes a member, or nothing when there is no value: the protocol's `name?`.
  @inlinable
  public mutating func field(_ name: StaticString, ifPresent value: (some JSONEncodable)?) {
    if let value { field(name, value) }
  }

  @usableFromInline
  mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  @usableFromInline
  mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  @usableFromInline
  mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }
}

extension JSONWriter {
  public mutating func writeNull() { literal("null") }

  public mutating func write(_ value: Bool) { literal(value ? "true" : "false") }

  public mutating func write(_ value: Int) {
    separate()
    digits(value)
  }

  /// An integer inside a value that `beginValue` began.
  public mutating func digits(_ value: Int) {
    if (0..<10).contains(value) {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
      return
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var magnitude = value.magnitude
      var start = digits.count
      while magnitude > 0 {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
        magnitude /= 10
      }
      if value < 0 {
        start -= 1
        digits[start] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }

  /// The shortest text that reads back as the same number; `null` for infinities and NaN, which JSON has not.
  public mutating func write(_ value: Double) {
    guard value.isFinite else { return writeNull() }
    separate()
    bytes.append(contentsOf: value.description.utf8)
  }

  public mutating func write(_ value: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { writeEscaped($0) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A string that needs no escaping.
  public mutating func write(_ value: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    value.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A whole value that was encoded before.
  public mutating func writeRaw(_ encoded: [UInt8]) {
    separate()
    bytes.append(contentsOf: encoded)
  }

  /// Begins a value that the caller writes with `fragment` and `digits`: for the few types of which a message has
  /// thousands.
  public mutating func beginValue() { separate() }

  /// Part of a value that `beginValue` began, as it is.
  public mutating func fragment(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func literal(_ text: StaticString) {
    separate()
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Copies runs that need no escape at once; escapes what RFC 8259 section 7 says must be.
  private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    // Most strings need nothing. This loop has no way out but its end, so that the compiler makes vectors of it.
    var needsEscape = false
    for byte in text {
      needsEscape = needsEscape || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
    guard needsEscape else { return bytes.append(contentsOf: text) }
    var start = 0
    for index in text.indices {
      let byte = text[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
      start = index + 1
      bytes.append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
      case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
      case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
      default:
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
        bytes.append(contentsOf: [hex[Int(byte >> 4)], hex[Int(byte & 15)]])
      }
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
  }
}
