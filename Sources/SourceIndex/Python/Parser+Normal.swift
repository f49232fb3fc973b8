/// The normalised text: tokens and block structure, without anything that does not change what a program means.
enum NormalMark {
  static let token: UInt8 = 0x1F
  static let statement: UInt8 = 0x0A
  static let suiteBegin: UInt8 = 0x0E
  static let suiteEnd: UInt8 = 0x0F
  /// A local variable; its number follows.
  static let local: UInt8 = 0x1D
}

/// Parentheses around an expression, and where they stand in the normalised text.
struct Group: Sendable {
  enum Form: Sendable {
    /// Around one expression.
    case plain
    case tuple
    /// Generators, and what is no program.
    case other
  }

  var form = Form.other
  var normal = 0..<0
}

extension Parser {
  mutating func emitToken() {
    switch cursor.kind {
    case .newline, .end: return
    case .string: emitString()
    case .number: emitNumber()
    case .name where functionDepth > 0:
      noteName()
      emit(cursor.start, cursor.position)
    default: emit(cursor.start, cursor.position)
    }
    normal.append(NormalMark.token)
  }

  mutating func emit(_ start: Int, _ end: Int) {
    normal.append(contentsOf: UnsafeBufferPointer(start: base + start, count: end - start))
  }

  /// Takes back parentheses of a form that are all that was emitted since `start`: formatters put them around what they
  /// break over lines.
  mutating func dropParentheses(_ form: Group.Form, from start: Int) {
    guard group.form == form, group.normal == start..<normal.count, normal.count - start >= 4 else { return }
    normal.removeLast(2)
    normal.removeSubrange(start..<start + 2)
    group = Group()
    var index = locals.tokens.count - 1
    while index >= 0, locals.tokens[index].normal > start {
      locals.tokens[index].normal -= 2
      index -= 1
    }
  }

  /// A string's line ends are `\n` whatever the file's are, and its quotes are `"` where that needs no escaping.
  private mutating func emitString() {
    let from = normal.count
    emitText(emitPrefix(), cursor.position)
    normalizeQuotes(from: from)
  }

  /// The letters in front of a string's quote: in lower case but for `R`, as formatters write them, and without `u`.
  mutating func emitPrefix() -> Int {
    var at = cursor.start
    while base[at] != Ascii.quote, base[at] != Ascii.apostrophe, at < cursor.position {
      switch base[at] {
      case 0x55, 0x75: break
      case 0x52: normal.append(base[at])
      default: normal.append(base[at] | 0x20)
      }
      at += 1
    }
    return at
  }

  mutating func normalizeQuotes(from: Int) {
    var quoteAt = from
    while quoteAt < normal.count, normal[quoteAt] != Ascii.quote, normal[quoteAt] != Ascii.apostrophe { quoteAt += 1 }
    guard quoteAt + 1 < normal.count, normal[quoteAt] == Ascii.apostrophe,
      normal[normal.count - 1] == Ascii.apostrophe
    else { return }
    for index in quoteAt..<normal.count where normal[index] == Ascii.quote || normal[index] == Ascii.backslash {
      return
    }
    let isTriple = normal.count - quoteAt >= 6 && normal[quoteAt + 1] == Ascii.apostrophe
    let quotes = isTriple ? 3 : 1
    // An apostrophe inside is text.
    for index in 0..<quotes {
      normal[quoteAt + index] = Ascii.quote
      normal[normal.count - 1 - index] = Ascii.quote
    }
  }

  /// A number's letters in lower case, as formatters write them.
  private mutating func emitNumber() {
    for at in cursor.start..<cursor.position {
      normal.append(base[at] &- 0x41 < 26 ? base[at] | 0x20 : base[at])
    }
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
