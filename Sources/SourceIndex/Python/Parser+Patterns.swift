/// `match` statements (PEP 634).
extension Parser {
  /// True, with the header taken, if the line is a `match` statement: `match` is a keyword only where a subject, a
  /// colon and an indented `case` follow.
  mutating func matchHead() -> Bool {
    let start = mark()
    let indentation = cursor.statementIndentation
    advance()
    switch cursor.kind {
    case .dot, .assign, .augmentedAssign, .walrus, .comma, .colon, .semicolon, .newline, .end, .closeParen,
      .closeBracket, .closeBrace, .in, .if, .else, .as:
      restore(start)
      return false
    case .wordOperator where !tokenIs("not"):
      restore(start)
      return false
    default: break
    }
    expressionList()
    if cursor.kind == .colon, caseFollows(indentation) { return true }
    restore(start)
    return false
  }

  /// After the colon of what may be a `match` statement: true if the next line is a deeper `case`.
  private mutating func caseFollows(_ indentation: Int) -> Bool {
    let colon = cursor
    let trailing = self.trailing.count
    let regions = chunk.regions.count
    defer {
      noteExamined()
      let sawEnd = cursor.sawEnd
      cursor = colon
      cursor.sawEnd = sawEnd
      self.trailing.truncate(to: trailing)
      chunk.regions.truncate(to: regions)
    }
    lex()
    guard cursor.kind == .newline else { return false }
    beginLine()
    let at = cursor.position
    return cursor.indentation > indentation && !Byte.isName(base[at + 4]) && isWord("case", at: at, end: at + 4)
  }

  /// The `case` blocks below a `match` header whose colon is the current token.
  mutating func caseBlocks(_ indentation: Int) {
    skipToken()
    normal.append(NormalMark.suiteBegin)
    beginLine()
    let inner = cursor.indentation
    guard inner > indentation, blocks < Self.maximumBlocks else { return }
    blocks += 1
    repeat {
      let at = cursor.position
      if isWord("case", at: at, end: at + 4), !Byte.isName(base[at + 4]) {
        caseBlock(inner)
      } else {
        statement()
      }
      beginLine()
    } while cursor.indentation >= inner
    blocks -= 1
    normal.append(NormalMark.suiteEnd)
  }

  private mutating func caseBlock(_ indentation: Int) {
    startLine(indentation)
    let line = Int32(truncatingIfNeeded: cursor.startLine)
    let begun = beginDetail(isClause: true)
    recovering { parser in parser.caseHead() }
    if functionDepth > 0 { chunk.statementLines.append(line...max(line, previousEnd.line)) }
    suite(indentation)
    endDetail(begun, false)
  }

  private mutating func caseHead() {
    advance()
    pattern()
    if cursor.kind == .if {
      advance()
      expressionList()
    }
    skipToSuite()
  }

  /// Patterns up to the guard or the colon. Names in them bind, unless they are classes, values or keywords.
  private mutating func pattern() {
    var depth = 0
    while !atLineEnd {
      switch cursor.kind {
      case .name:
        patternName()
        continue
      case .openParen, .openBracket, .openBrace:
        depth += 1
        cursor.depth += 1
      case .closeParen, .closeBracket, .closeBrace:
        guard depth > 0 else { return }
        depth -= 1
        cursor.depth -= 1
        if depth == 0 { cursor.candidate = -1 }
      case .string, .formattedString:
        strings()
        continue
      case .if where depth == 0: return
      case .colon where depth == 0: return
      default: break
      }
      advance()
    }
    cursor.depth -= depth
  }

  private mutating func patternName() {
    let index = uses.count
    addUse(.store)
    let isWildcard = tokenIs("_")
    advance()
    switch cursor.kind {
    case .dot:
      uses[index].role = .load
      uses[index].flags = [.trailer, .attribute]
      while cursor.kind == .dot {
        advance()
        guard cursor.kind == .name else { break }
        advance()
      }
    case .openParen:
      uses[index].role = .load
      uses[index].flags = .trailer
    case .assign:
      uses.removeLast()
      dropNoted()
    default:
      if isWildcard {
        uses.removeLast()
        dropNoted()
      }
    }
  }
}
