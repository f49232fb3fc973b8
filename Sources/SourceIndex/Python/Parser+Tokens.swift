extension Parser {
  /// Goes to the next token, taking the current one into the normalised text.
  mutating func advance() {
    emitToken()
    skipToken()
  }

  /// Goes to the next token and leaves the current one out of the normalised text.
  mutating func skipToken() {
    cursor.previousEnd = cursor.position
    cursor.previousEndLine = cursor.line
    cursor.previousEndLineStart = cursor.lineStart
    lex()
  }

  var atLineEnd: Bool { cursor.kind == .newline || cursor.kind == .end }

  /// Scans one token from `cursor.position` on.
  mutating func lex() {
    var at = cursor.position
    while true {
      let byte = base[at]
      if Byte.isNameStart(byte) {
        begin(at)
        return lexName(at)
      }
      switch byte {
      case Ascii.space, Ascii.tab, Ascii.formFeed:
        at += 1
      case Ascii.hash:
        at = comment(at)
      case Ascii.newline, Ascii.carriageReturn:
        begin(at)
        at = terminatorEnd(at)
        newLine(at)
        if cursor.depth == 0 || endsOpenBrackets(at) { return endLogicalLine(at, kind: .newline) }
      case Ascii.backslash where Ascii.isLineEnd(base[at + 1]):
        at = terminatorEnd(at + 1)
        newLine(at)
      case 0 where at >= count:
        begin(count)
        cursor.sawEnd = true
        if cursor.depth > 0 { cursor.recovered = true }
        return endLogicalLine(count, kind: .end)
      case Ascii.quote, Ascii.apostrophe:
        begin(at)
        return lexString(quoteAt: at, isFormatted: false, isRaw: false)
      case 0x30...0x39:
        begin(at)
        return lexNumber(at)
      default:
        begin(at)
        return lexOperator(byte, at)
      }
    }
  }

  private mutating func begin(_ at: Int) {
    cursor.start = at
    cursor.startLine = cursor.line
    cursor.startLineStart = cursor.lineStart
  }

  private mutating func newLine(_ at: Int) {
    cursor.line += 1
    cursor.lineStart = at
  }

  private mutating func finish(_ kind: TokenKind, _ end: Int) {
    cursor.kind = kind
    cursor.position = end
  }

  private mutating func endLogicalLine(_ at: Int, kind: TokenKind) {
    finish(kind, at)
    cursor.afterNewline = at
    cursor.afterNewlineLine = cursor.line
    cursor.lineBegun = false
  }

  /// Offset behind the line terminator at an offset.
  func terminatorEnd(_ at: Int) -> Int {
    base[at] == Ascii.carriageReturn && base[at + 1] == Ascii.newline ? at + 2 : at + 1
  }

  private func lineEnd(_ start: Int) -> Int {
    var at = start
    while !Ascii.isLineEnd(base[at]), at < count { at += 1 }
    return at
  }

  /// Skips a comment behind a token; a directive in it is remembered.
  private mutating func comment(_ at: Int) -> Int {
    let end = lineEnd(at)
    if directiveText(at, end) != nil { trailing.append(directiveComment(at, end)) }
    return end
  }

  /// Inside brackets, at the start of a line: true if this line shows that a bracket was left open before it.
  private mutating func endsOpenBrackets(_ lineStart: Int) -> Bool {
    if lineStart == cursor.limit { return true }
    var at = lineStart
    var column = 0
    while Ascii.isBlank(base[at]) {
      column = Byte.column(after: base[at], column)
      at += 1
    }
    guard Byte.isNameStart(base[at]) || base[at] == 0x40 else { return false }
    let word = wordKind(at)
    if word.beginsStatementOnly {
      cursor.recovered = true
      return true
    }
    if cursor.candidate < 0, column <= cursor.statementIndentation, word != .wordOperator, word != .in, word != .else {
      cursor.candidate = lineStart
    }
    return false
  }

  /// Kind of the word at an offset; `.unknown` for what is none.
  func wordKind(_ at: Int) -> TokenKind {
    guard Byte.isNameStart(base[at]) else { return .unknown }
    var end = at
    while Byte.isName(base[end]) { end += 1 }
    return Keyword.kind(base + at, length: end - at)
  }

  private mutating func lexName(_ start: Int) {
    var at = start
    var hash = NameTable.seed
    repeat {
      hash = NameTable.mix(hash, base[at])
      at += 1
    } while Byte.isName(base[at])
    let length = at - start
    if length <= 2, base[at] == Ascii.quote || base[at] == Ascii.apostrophe,
      let prefix = StringPrefix(base + start, length)
    {
      return lexString(quoteAt: at, isFormatted: prefix.isFormatted, isRaw: prefix.isRaw)
    }
    cursor.hash = hash
    finish(Keyword.kind(base + start, length: length), at)
  }

  private mutating func lexNumber(_ start: Int) {
    var at = start
    if base[at] == 0x30, base[at + 1] | 0x20 == 0x78 {
      at += 2
      while Byte.isHexDigit(base[at]) || base[at] == 0x5F { at += 1 }
      return finish(.number, at)
    }
    if base[at] == 0x30, base[at + 1] | 0x20 == 0x6F || base[at + 1] | 0x20 == 0x62 { at += 2 }
    func digits() { while Ascii.isDigit(base[at]) || base[at] == 0x5F && Ascii.isDigit(base[at + 1]) { at += 1 } }
    digits()
    if base[at] == 0x2E {
      at += 1
      digits()
    }
    if base[at] | 0x20 == 0x65 {
      let signed = base[at + 1] == 0x2B || base[at + 1] == 0x2D
      if Ascii.isDigit(base[at + (signed ? 2 : 1)]) {
        at += signed ? 2 : 1
        digits()
      }
    }
    if base[at] | 0x20 == 0x6A { at += 1 }
    finish(.number, at)
  }

  /// Scans a string from its opening quote on, or, for an f-string, the opening quote alone.
  private mutating func lexString(quoteAt: Int, isFormatted: Bool, isRaw: Bool) {
    let quote = base[quoteAt]
    let isTriple = base[quoteAt + 1] == quote && base[quoteAt + 2] == quote
    var at = quoteAt + (isTriple ? 3 : 1)
    if isFormatted {
      (cursor.quote, cursor.isTriple, cursor.isRaw) = (quote, isTriple, isRaw)
      return finish(.formattedString, at)
    }
    let opening = (at: at, line: cursor.line, lineStart: cursor.lineStart)
    while true {
      let byte = base[at]
      if byte == quote {
        if !isTriple { return finish(.string, at + 1) }
        if base[at + 1] == quote, base[at + 2] == quote { return finish(.string, at + 3) }
        at += 1
      } else if byte == Ascii.backslash {
        at += 1
        if Ascii.isLineEnd(base[at]) {
          at = terminatorEnd(at)
          newLine(at)
        } else if at < count {
          at += 1
        }
      } else if Ascii.isLineEnd(byte) {
        // A string that its line leaves open ends there.
        if !isTriple { return finish(.string, at) }
        at = terminatorEnd(at)
        newLine(at)
      } else if byte == 0, at >= count {
        cursor.sawEnd = true
        noteExamined()
        if isTriple {
          // Never closed: only its first line is taken, so that the rest of the file keeps its meaning.
          at = lineEnd(opening.at)
          (cursor.line, cursor.lineStart) = (opening.line, opening.lineStart)
        } else {
          at = min(at, count)
        }
        return finish(.string, at)
      } else {
        at += 1
      }
    }
  }

  private mutating func lexOperator(_ byte: UInt8, _ at: Int) {
    let next = base[at + 1]
    let assigns = next == 0x3D
    switch byte {
    case 0x28: finish(.openParen, at + 1)
    case 0x29: finish(.closeParen, at + 1)
    case 0x5B: finish(.openBracket, at + 1)
    case 0x5D: finish(.closeBracket, at + 1)
    case 0x7B: finish(.openBrace, at + 1)
    case 0x7D: finish(.closeBrace, at + 1)
    case 0x2C: finish(.comma, at + 1)
    case 0x3B: finish(.semicolon, at + 1)
    case 0x3A: assigns ? finish(.walrus, at + 2) : finish(.colon, at + 1)
    case 0x2E where Ascii.isDigit(next): lexNumber(at)
    case 0x2E where next == 0x2E && base[at + 2] == 0x2E: finish(.constant, at + 3)
    case 0x2E: finish(.dot, at + 1)
    case 0x3D: assigns ? finish(.operator, at + 2) : finish(.assign, at + 1)
    case 0x21: assigns ? finish(.operator, at + 2) : finish(.exclamation, at + 1)
    case 0x40: assigns ? finish(.augmentedAssign, at + 2) : finish(.at, at + 1)
    case 0x2D where next == 0x3E: finish(.arrow, at + 2)
    case 0x2A, 0x2F, 0x3C, 0x3E:
      // * / < > may be doubled, and then assign.
      if next == byte {
        let assigns = base[at + 2] == 0x3D
        finish(assigns ? .augmentedAssign : byte == 0x2A ? .doubleStar : .operator, at + (assigns ? 3 : 2))
      } else if byte == 0x3C, next == 0x3E {
        finish(.operator, at + 2)
      } else if assigns {
        finish(byte == 0x2A || byte == 0x2F ? .augmentedAssign : .operator, at + 2)
      } else {
        finish(byte == 0x2A ? .star : .operator, at + 1)
      }
    case 0x2B, 0x2D, 0x25, 0x26, 0x7C, 0x5E:
      assigns ? finish(.augmentedAssign, at + 2) : finish(.operator, at + 1)
    case 0x7E: finish(.operator, at + 1)
    default: finish(.unknown, at + 1)
    }
  }
}

enum Byte {
  /// Bytes of other scripts count as letters: what Python does not allow in names it rejects anyway.
  @inline(__always)
  static func isNameStart(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80 }

  @inline(__always)
  static func isName(_ byte: UInt8) -> Bool { isNameStart(byte) || Ascii.isDigit(byte) }

  static func isHexDigit(_ byte: UInt8) -> Bool { Ascii.isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }

  /// Indentation as Python counts it: a tab goes to the next multiple of eight, a form feed starts anew.
  static func column(after blank: UInt8, _ column: Int) -> Int {
    switch blank {
    case Ascii.tab: (column / 8 + 1) * 8
    case Ascii.formFeed: 0
    default: column + 1
    }
  }
}

/// The letters in front of a string's quote.
struct StringPrefix {
  var isFormatted = false
  var isRaw = false

  init?(_ start: UnsafePointer<UInt8>, _ length: Int) {
    for index in 0..<length {
      switch start[index] | 0x20 {
      case 0x66, 0x74: isFormatted = true  // f, and t of Python 3.14
      case 0x72: isRaw = true
      case 0x62, 0x75: break
      default: return nil
      }
    }
  }
}
