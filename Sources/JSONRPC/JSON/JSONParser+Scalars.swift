extension JSONParser {
  /// Numbers: integers of up to 18 digits directly, the rest through the standard library.
  mutating func parseNumber() throws -> JSONValue {
    let start = offset
    let negative = take(UInt8(ascii: "-"))
    let digitsStart = offset
    var magnitude = 0
    while let byte = peek(), isDigit(byte) {
      // Eighteen digits can't overflow; longer runs are read again below.
      if offset - digitsStart < 18 { magnitude = magnitude * 10 + Int(byte - UInt8(ascii: "0")) }
      offset += 1
    }
    let digits = offset - digitsStart
    guard digits > 0, digits == 1 || bytes[digitsStart] != UInt8(ascii: "0") else { throw error(.badNumber) }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits()
    }
    if let byte = peek(), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isInteger = false
      offset += 1
      if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
      try skipDigits()
    }
    if isInteger && digits <= 18 { return .int(negative ? -magnitude : magnitude) }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
    if isInteger, let exact = Int(text) { return .int(exact) }
    // `Double` makes infinity of what is too large for it, which no JSON could be written from.
    guard let value = Double(text), value.isFinite else { throw error(.badNumber) }
    return .double(value)
  }

  private mutating func skipDigits() throws {
    let start = offset
    while let byte = peek(), isDigit(byte) { offset += 1 }
    guard offset > start else { throw error(.badNumber) }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  mutating func parseString() throws -> String {
    offset += 1
    let start = offset
    let hasEscapes = try skipString()
    let raw = UnsafeBufferPointer(rebasing: bytes[start..<offset - 1])
    guard hasEscapes else { return String(decoding: raw, as: UTF8.self) }
    var failure: JSONParseError?
    // An escape is never shorter than what it stands for, so the raw length is room enough.
    let text = String(unsafeUninitializedCapacity: raw.count) { output in
      var unescaper = Unescaper(input: raw, output: output)
      if let offset = unescaper.run() { failure = JSONParseError(reason: .badEscape, offset: start + offset) }
      return unescaper.written
    }
    if let failure { throw failure }
    return text
  }

  /// Moves past the closing quote; true when there was an escape on the way.
  ///
  /// Eight bytes at a time: whole documents come through here.
  private mutating func skipString() throws -> Bool {
    var hasEscapes = false
    let raw = UnsafeRawBufferPointer(bytes)
    while true {
      while offset + 8 <= raw.count {
        let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let before = min(EightBytes.before(0x22, in: word), EightBytes.before(0x5C, in: word))
        offset += before
        if before < 8 { break }
      }
      guard offset < raw.count else { throw error(.unexpectedEnd) }
      switch raw[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        offset += 2
      default:
        offset += 1
      }
    }
  }
}

/// Eight bytes of a text in one word, the first in its lowest byte.
private enum EightBytes {
  /// How many stand in front of the first that equals `byte`; 8 where none does.
  ///
  /// A byte `b` equals `c` where `b ^ c` is zero, and `(v - 0x01…) & ~v & 0x80…` is non-zero when some byte of `v` is,
  /// its lowest bit in the first such byte (Warren, *Hacker's Delight*, section 6-1).
  @inline(__always)
  static func before(_ byte: UInt8, in word: UInt64) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let differences = UInt64(littleEndian: word) ^ (ones &* UInt64(byte))
    let found = (differences &- ones) & ~differences & (ones &* 0x80)
    return found.trailingZeroBitCount / 8
  }
}

/// Copies the inside of a string literal, replacing escapes (RFC 8259 section 7).
private struct Unescaper {
  let input: UnsafeBufferPointer<UInt8>
  let output: UnsafeMutableBufferPointer<UInt8>
  var position = 0
  var written = 0

  init(input: UnsafeBufferPointer<UInt8>, output: UnsafeMutableBufferPointer<UInt8>) {
    self.input = input
    self.output = output
  }

  /// Nil when all went well, else the offset of the escape that is malformed.
  mutating func run() -> Int? {
    while true {
      copyRun()
      guard position < input.count else { return nil }
      let escape = position
      position += 1
      guard position < input.count else { return escape }
      let letter = input[position]
      position += 1
      switch letter {
      case UInt8(ascii: "n"): put(0x0A)
      case UInt8(ascii: "t"): put(0x09)
      case UInt8(ascii: "r"): put(0x0D)
      case UInt8(ascii: "b"): put(0x08)
      case UInt8(ascii: "f"): put(0x0C)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): put(letter)
      case UInt8(ascii: "u"):
        guard let unit = hexUnit() else { return escape }
        put(scalar(startingWith: unit))
      default: return escape
      }
    }
  }

  /// Copies up to the next backslash, or to the end, eight bytes at a time. Eight fit: no more was written than was read.
  private mutating func copyRun() {
    let source = UnsafeRawBufferPointer(input)
    let target = UnsafeMutableRawBufferPointer(output)
    while position + 8 <= source.count {
      let word = source.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      target.storeBytes(of: word, toByteOffset: written, as: UInt64.self)
      let before = EightBytes.before(0x5C, in: word)
      position += before
      written += before
      if before < 8 { return }
    }
    while position < input.count, input[position] != UInt8(ascii: "\\") {
      put(input[position])
      position += 1
    }
  }

  private mutating func put(_ byte: UInt8) {
    output[written] = byte
    written += 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { put(byte) }
  }

  /// Joins a surrogate pair; a surrogate on its own becomes U+FFFD.
  private mutating func scalar(startingWith unit: UInt32) -> Unicode.Scalar {
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let resume = position
    guard unit < 0xDC00, position + 1 < input.count, input[position] == UInt8(ascii: "\\"),
      input[position + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    position += 2
    if let low = hexUnit(), (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    {
      return scalar
    }
    position = resume
    return "\u{FFFD}"
  }

  private mutating func hexUnit() -> UInt32? {
    guard position + 4 <= input.count else { return nil }
    var unit: UInt32 = 0
    for index in position..<position + 4 {
      switch input[index] {
      case let byte where byte >= 0x30 && byte <= 0x39: unit = unit << 4 | UInt32(byte - 0x30)
      case let byte where byte >= 0x41 && byte <= 0x46: unit = unit << 4 | UInt32(byte - 0x41 + 10)
      case let byte where byte >= 0x61 && byte <= 0x66: unit = unit << 4 | UInt32(byte - 0x61 + 10)
      default: return nil
      }
    }
    position += 4
    return unit
  }
}
