/// Splits a text into tokens, one at a time. Tolerant: what is left open ends with its line, or with the text.
struct CScanner {
  private let bytes: [UInt8]
  /// Where it stands.
  private(set) var at: Int
  /// Lines that ended on the way.
  private(set) var line = 0
  private var lineStart: Int
  /// Only blanks and comments since the line began: here `#` begins a directive.
  private var isLineBegin = true
  private(set) var file: CTokens
  /// Directive comments, in order.
  private(set) var comments: [DirectiveComment] = []

  /// All tokens of a text.
  static func scan(_ bytes: [UInt8]) -> CTokens {
    var scanner = CScanner(bytes, from: 0)
    while scanner.scanToken() {}
    return scanner.file
  }

  /// - Parameter start: where a line begins, in no comment nor token.
  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    at = start
    lineStart = start
    file = CTokens(bytes: bytes, origin: start)
  }

  private func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  /// Adds the next token to those of the file; false at the text's end.
  mutating func scanToken() -> Bool {
    while at < bytes.count {
      if Ascii.isLineEnd(bytes[at]) {
        newLine()
        isLineBegin = true
      } else if !skipBlank() {
        token(bytes[at])
        isLineBegin = false
        return true
      }
    }
    return false
  }

  /// Goes to the start of the next line; false where a token or the text's end comes first.
  mutating func endLine() -> Bool {
    while at < bytes.count {
      if Ascii.isLineEnd(bytes[at]) {
        newLine()
        isLineBegin = true
        return true
      }
      guard skipBlank() else { return false }
    }
    return false
  }

  /// Skips a blank, a line end behind a backslash, or a comment.
  private mutating func skipBlank() -> Bool {
    if Ascii.isBlank(bytes[at]) || bytes[at] == 0x0B {
      at += 1
    } else if bytes[at] == Ascii.backslash, Ascii.isLineEnd(byte(at + 1)) {
      at += 1
      newLine()
    } else {
      return comment()
    }
    return true
  }

  private mutating func newLine() {
    at += byte(at) == Ascii.carriageReturn && byte(at + 1) == Ascii.newline ? 2 : 1
    line += 1
    lineStart = at
  }

  /// Skips a comment, if one begins here.
  private mutating func comment() -> Bool {
    guard byte(at) == 0x2F, byte(at + 1) == 0x2F || byte(at + 1) == 0x2A else { return false }
    let (start, startLine, startColumn) = (at, line, at - lineStart)
    let isBlock = byte(at + 1) == 0x2A
    at += 2
    while at < bytes.count {
      if isBlock, bytes[at] == 0x2A, byte(at + 1) == 0x2F {
        at += 2
        break
      }
      if Ascii.isLineEnd(bytes[at]) {
        if !isBlock { break }
        newLine()
      } else if bytes[at] == Ascii.backslash, !isBlock, Ascii.isLineEnd(byte(at + 1)) {
        at += 1
        newLine()
      } else {
        at += 1
      }
    }
    let end = isBlock && at - start >= 4 ? at - 2 : at
    if line == startLine, let directive = Self.directive(bytes[start..<end]) {
      comments.append(
        DirectiveComment(
          place: Place(
            offset: Int32(truncatingIfNeeded: start - file.origin), line: Int32(truncatingIfNeeded: startLine),
            column: Int32(truncatingIfNeeded: startColumn)), bytes: directive))
    }
    return true
  }

  /// A comment that says `kernelwright:` first, without the blanks behind it.
  private static func directive(_ comment: ArraySlice<UInt8>) -> [UInt8]? {
    let words = comment.dropFirst(2).drop { Ascii.isBlank($0) || $0 == 0x2F || $0 == 0x2A || $0 == 0x21 }
    guard words.starts(with: "kernelwright:".utf8) else { return nil }
    var comment = comment
    while comment.last.map(Ascii.isBlank) ?? false { comment.removeLast() }
    return Array(comment)
  }

  private mutating func token(_ first: UInt8) {
    let (start, startLine, startLineStart) = (at, line, lineStart)
    let origin = file.origin
    var kind = CToken.Kind.punctuation
    if first == Ascii.hash, isLineBegin {
      kind = .directive
      directiveLine()
    } else if Byte.isNameStart(first) || first == 0x24 {
      while Byte.isName(byte(at)) || byte(at) == 0x24 { at += 1 }
      kind = .word
      if byte(at) == Ascii.quote || byte(at) == Ascii.apostrophe, Self.isPrefix(bytes[start..<at]) {
        kind = .string
        if byte(at) == Ascii.quote, bytes[at - 1] == 0x52 { rawString() } else { string(byte(at)) }
      }
    } else if Ascii.isDigit(first) || first == 0x2E && Ascii.isDigit(byte(at + 1)) {
      kind = .number
      number()
    } else if first == Ascii.quote || first == Ascii.apostrophe {
      kind = .string
      string(first)
    } else if first == 0x3A && byte(at + 1) == 0x3A || first == 0x2D && byte(at + 1) == 0x3E {
      at += 2
    } else {
      at += 1
    }
    file.tokens.append(
      CToken(
        kind: kind, start: start - origin, end: at - origin, line: startLine, lineStart: startLineStart - origin,
        endLine: line, endLineStart: lineStart - origin, byte: kind == .punctuation && at == start + 1 ? first : 0))
  }

  private mutating func directiveLine() {
    at += 1
    while at < bytes.count, !Ascii.isLineEnd(bytes[at]) {
      if bytes[at] == Ascii.backslash, Ascii.isLineEnd(byte(at + 1)) {
        at += 1
        newLine()
      } else if bytes[at] == 0x2F, byte(at + 1) == 0x2F || byte(at + 1) == 0x2A {
        _ = comment()
      } else if bytes[at] == Ascii.quote {
        string(Ascii.quote)
      } else {
        at += 1
      }
    }
  }

  private static func isPrefix(_ word: ArraySlice<UInt8>) -> Bool {
    ["L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R"].contains { word.elementsEqual($0.utf8) }
  }

  private mutating func string(_ quote: UInt8) {
    at += 1
    while at < bytes.count, !Ascii.isLineEnd(bytes[at]) {
      if bytes[at] == Ascii.backslash {
        at += 1
        if Ascii.isLineEnd(byte(at)) { newLine() } else { at = min(at + 1, bytes.count) }
      } else {
        at += 1
        if bytes[at - 1] == quote { return }
      }
    }
  }

  /// `R"delimiter( … )delimiter"`; a delimiter has at most 16 characters (C++ standard, [lex.string]).
  private mutating func rawString() {
    var open = at + 1
    while open < bytes.count, bytes[open] != 0x28, !Ascii.isLineEnd(bytes[open]), open - at <= 17 { open += 1 }
    guard byte(open) == 0x28 else { return string(Ascii.quote) }
    let closer = [0x29] + bytes[at + 1..<open] + [Ascii.quote]
    at = open + 1
    while at < bytes.count {
      if bytes[at] == 0x29, bytes[at...].starts(with: closer) {
        at += closer.count
        return
      }
      if Ascii.isLineEnd(bytes[at]) { newLine() } else { at += 1 }
    }
  }

  /// Digits, separators and exponents with their signs.
  private mutating func number() {
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0x2B || byte == 0x2D {
        guard [0x65, 0x70].contains(bytes[at - 1] | 0x20), !(self.byte(at - 1) | 0x20 == 0x65 && isHexadecimal) else {
          return
        }
      } else if byte == Ascii.apostrophe {
        guard Byte.isName(self.byte(at + 1)) else { return }
      } else if !Byte.isName(byte), byte != 0x2E {
        return
      }
      at += 1
    }
  }

  private var isHexadecimal: Bool {
    var start = at
    while start > 0, Byte.isName(bytes[start - 1]) || bytes[start - 1] == 0x2E { start -= 1 }
    return byte(start) == 0x30 && byte(start + 1) | 0x20 == 0x78
  }
}
