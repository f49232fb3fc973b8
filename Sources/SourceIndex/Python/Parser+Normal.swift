/// The normalised text: tokens and block structure, without anything that does not change what a program means.
enum NormalMark {
  static let token: UInt8 = 0x1F
  static let statement: UInt8 = 0x0A
  static let suiteBegin: UInt8 = 0x0E
  static let suiteEnd: UInt8 = 0x0F
}

extension Parser {
  mutating func emitToken() {
    switch cursor.kind {
    case .newline, .end: return
    case .string: emitString()
    default: emit(cursor.start, cursor.position)
    }
    normal.append(NormalMark.token)
  }

  mutating func emit(_ start: Int, _ end: Int) {
    normal.append(contentsOf: UnsafeBufferPointer(start: base + start, count: end - start))
  }

  /// A string's line ends are `\n` whatever the file's are, and its quotes are `"` where that needs no escaping.
  private mutating func emitString() {
    let from = normal.count
    emitText(cursor.start, cursor.position)
    var quoteAt = from
    while quoteAt < normal.count, normal[quoteAt] != Ascii.quote, normal[quoteAt] != Ascii.apostrophe { quoteAt += 1 }
    guard quoteAt + 1 < normal.count, normal[quoteAt] == Ascii.apostrophe,
      normal[normal.count - 1] == Ascii.apostrophe
    else { return }
    for index in quoteAt..<normal.count where normal[index] == Ascii.quote || normal[index] == Ascii.backslash {
      return
    }
    for index in quoteAt..<normal.count where normal[index] == Ascii.apostrophe { normal[index] = Ascii.quote }
  }

  /// Text of a string with `\n` for every line end.
  mutating func emitText(_ start: Int, _ end: Int) {
    var at = start
    var from = start
    while at < end {
      if base[at] == Ascii.carriageReturn {
        emit(from, at)
        normal.append(Ascii.newline)
        at = min(terminatorEnd(at), end)
        from = at
      } else {
        at += 1
      }
    }
    emit(from, end)
  }

  /// Takes back a comma in front of a closing bracket.
  mutating func dropTrailingComma() {
    if normal.count >= 2, normal[normal.count - 2] == 0x2C, normal[normal.count - 1] == NormalMark.token {
      normal.removeLast(2)
    }
  }
}
