/// Positions as editors count them. A malformed byte counts as one character in every encoding.
extension SourceText {
  /// The position that a client names by line and character in its encoding.
  ///
  /// Clamped: a line past the end is the end of the text, a character past the end of its line is the line's end. A
  /// character inside a code point or a surrogate pair is rounded down to its start.
  public func position(line: Int, character: Int, encoding: PositionEncoding) -> Position {
    guard line >= 0 else { return Position(line: 0, column: 0) }
    guard line < lineCount else { return position(of: count) }
    let bytes = self.bytes(in: lineRange(line))
    var column = 0
    var seen = 0
    while column < bytes.count {
      let length = CodePoint.length(at: column, in: bytes)
      let width = CodePoint.width(ofLength: length, encoding)
      if seen + width > character { break }
      seen += width
      column += length
    }
    return Position(line: line, column: column)
  }

  /// The character of a position, in a client's encoding; clamped and rounded down in the same way.
  public func character(of position: Position, encoding: PositionEncoding) -> Int {
    guard position.line >= 0, position.line < lineCount else { return 0 }
    let bytes = self.bytes(in: lineRange(position.line))
    var column = 0
    var seen = 0
    while column < bytes.count {
      let length = CodePoint.length(at: column, in: bytes)
      if column + length > position.column { break }
      seen += CodePoint.width(ofLength: length, encoding)
      column += length
    }
    return seen
  }
}

private enum CodePoint {
  /// Bytes of the code point that starts here; 1 for what is not well-formed UTF-8.
  static func length(at index: Int, in bytes: [UInt8]) -> Int {
    let lead = bytes[index]
    let length =
      switch lead {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    guard index + length <= bytes.count else { return 1 }
    for offset in 1..<max(length, 1) where bytes[index + offset] & 0xC0 != 0x80 { return 1 }
    return length
  }

  static func width(ofLength length: Int, _ encoding: PositionEncoding) -> Int {
    switch encoding {
    case .utf8: length
    case .utf16: length == 4 ? 2 : 1
    case .utf32: 1
    }
  }
}
