/// String literals, and the expressions inside f-strings (PEP 701) and t-strings (PEP 750).
extension Parser {
  /// Adjacent strings, which are one operand.
  mutating func strings() {
    while true {
      switch cursor.kind {
      case .string: advance()
      case .formattedString: formattedString()
      default: return
      }
    }
  }

  private struct Delimiter {
    var quote: UInt8
    var isTriple: Bool
    var isRaw: Bool
  }

  private enum Literal {
    /// At a `{` that opens a replacement field.
    case field
    /// At the `}` that ends the enclosing field.
    case fieldEnd
    /// At the closing quotes.
    case closed
    /// At the end of a line or text that comes too early.
    case cut
  }

  /// An f-string whose opening quotes are the current token.
  private mutating func formattedString() {
    let delimiter = Delimiter(quote: cursor.quote, isTriple: cursor.isTriple, isRaw: cursor.isRaw)
    let start = delimiter.isTriple ? mark() : nil
    let outer = (open: open, field: fieldDepth, operands: operandDepth)
    open = (0, 0, 0)
    operandDepth += 1
    nesting += 1
    let from = normal.count
    emit(emitPrefix(), cursor.position)
    let ending = replacementFields(delimiter, inSpecification: false)
    nesting -= 1
    operandDepth = outer.operands
    (open, fieldDepth) = (outer.open, outer.field)
    switch ending {
    case .closed:
      emit(cursor.position, cursor.position + (delimiter.isTriple ? 3 : 1))
      cursor.position += delimiter.isTriple ? 3 : 1
      normalizeQuotes(from: from)
    case .cut where cursor.sawEnd && !atLineEnd:
      // Never closed: as for other strings, only the first line is taken.
      guard let start else { break }
      restore(start)
      while !Ascii.isLineEnd(base[cursor.position]), cursor.position < count { cursor.position += 1 }
    case .cut where atLineEnd:
      // The logical line ended inside a field.
      normal.append(NormalMark.token)
      return
    default: break
    }
    normal.append(NormalMark.token)
    skipToken()
  }

  /// Goes through an f-string's text, or a field's format specification, and parses the fields in it.
  private mutating func replacementFields(_ delimiter: Delimiter, inSpecification: Bool) -> Literal {
    while true {
      let from = cursor.position
      let literal = literalText(delimiter, inSpecification)
      emitText(from, cursor.position)
      guard literal == .field else { return literal }
      if nesting >= Self.maximumNesting {
        cursor.position += 1
      } else if let ending = replacementField(delimiter) {
        return ending
      }
    }
  }

  /// Moves the cursor over literal text.
  private mutating func literalText(_ delimiter: Delimiter, _ inSpecification: Bool) -> Literal {
    cursor.kind = .formattedString
    while true {
      let at = cursor.position
      let byte = base[at]
      switch byte {
      case delimiter.quote:
        if !delimiter.isTriple || base[at + 1] == byte && base[at + 2] == byte { return .closed }
        cursor.position += 1
      case Ascii.openBrace:
        guard base[at + 1] == Ascii.openBrace, !inSpecification else { return .field }
        cursor.position += 2
      case Ascii.closeBrace:
        if inSpecification { return .fieldEnd }
        cursor.position += 1
      case Ascii.backslash:
        escape(isRaw: delimiter.isRaw)
      case Ascii.newline, Ascii.carriageReturn:
        guard delimiter.isTriple else { return .cut }
        lineBreak(at)
      case 0 where at >= count:
        cursor.sawEnd = true
        noteExamined()
        return .cut
      default:
        cursor.position += 1
      }
    }
  }

  private mutating func lineBreak(_ at: Int) {
    cursor.position = terminatorEnd(at)
    cursor.line += 1
    cursor.lineStart = cursor.position
  }

  /// A backslash and what it escapes; a brace behind it still opens a field.
  private mutating func escape(isRaw: Bool) {
    let at = cursor.position + 1
    cursor.position = at
    if Ascii.isLineEnd(base[at]) {
      lineBreak(at)
    } else if base[at] == 0x4E, base[at + 1] == Ascii.openBrace, !isRaw {
      // \N{NAME}
      while base[cursor.position] != Ascii.closeBrace, !Ascii.isLineEnd(base[cursor.position]), cursor.position < count
      {
        cursor.position += 1
      }
    } else if base[at] != Ascii.openBrace, base[at] != Ascii.closeBrace, at < count {
      cursor.position += 1
    }
  }

  /// A replacement field from its `{` to behind its `}`; gives how the string ended if the field did not.
  private mutating func replacementField(_ delimiter: Delimiter) -> Literal? {
    let outer = (open: open, field: fieldDepth, depth: cursor.depth, nesting: nesting)
    defer { (open, fieldDepth, cursor.depth, nesting) = (outer.open, outer.field, outer.depth, outer.nesting) }
    emit(cursor.position, cursor.position + 1)
    nesting += 1
    cursor.depth += 1
    fieldDepth = cursor.depth
    open = (0, 0, 0)
    cursor.position += 1
    cursor.kind = .openBrace
    lex()
    let base = pieces.count
    while true {
      pieces.truncate(to: base)
      switch cursor.kind {
      case .closeBrace:
        emit(cursor.start, cursor.position)
        return nil
      case .newline, .end:
        return .cut
      case .colon, .walrus:
        cursor.position = cursor.start + 1
        emit(cursor.start, cursor.position)
        let ending = replacementFields(delimiter, inSpecification: true)
        guard ending == .fieldEnd else { return ending }
        emit(cursor.position, cursor.position + 1)
        cursor.position += 1
        return nil
      default:
        if cursor.kind == .assign { locals.showsNames = true }
        let before = cursor.start
        expression()
        if cursor.start == before, !atLineEnd, cursor.kind != .closeBrace, cursor.kind != .colon,
          cursor.kind != .walrus
        {
          advance()
        }
      }
    }
  }
}
