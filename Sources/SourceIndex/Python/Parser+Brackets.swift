extension Parser {
  /// What stands in brackets, from the opening one, which is the current token, to behind the closing one: elements,
  /// arguments, slices, pairs and comprehensions alike.
  ///
  /// Returns true, with the chain left in `pieces`, for a group that holds nothing but one chain.
  @discardableResult
  mutating func bracket(_ kind: Bracket) -> Bool {
    guard nesting < Self.maximumNesting else {
      skipBrackets()
      return false
    }
    nesting += 1
    defer { nesting -= 1 }
    let opener = cursor.kind
    countOpen(opener, 1)
    cursor.depth += 1
    let base = pieces.count
    var ended = Group()
    let normalStart = normal.count
    var isGenerator = false
    var hasNames = false
    defer { group = ended }
    var commas = 0
    var endsInComma = false
    var parts = 0
    var isChain = false
    advance()
    var element = uses.count
    while true {
      pieces.truncate(to: parts == 1 && isChain ? pieces.count : base)
      switch cursor.kind {
      case .closeParen, .closeBracket, .closeBrace:
        if closes(cursor.kind, opener) {
          // `(a,)` and `x[a,]` are tuples, all other trailing commas mean nothing.
          if endsInComma, commas > 1 || kind != .group && kind != .subscripts { dropTrailingComma() }
          leave(opener)
          advance()
          if kind == .group, !isGenerator {
            // `with (a as b, c as d):` is no tuple.
            let isPlain = commas == 0 && parts == 1 || hasNames
            ended = Group(
              form: isPlain ? .plain : commas > 0 ? .tuple : .other, normal: normalStart..<normal.count)
          }
          if kind == .group, parts == 1, isChain { return true }
          pieces.truncate(to: base)
          return false
        }
        if isOpen(cursor.kind) {
          leave(opener)
          pieces.truncate(to: base)
          return false
        }
        advance()
      case .newline, .end:
        leave(opener)
        pieces.truncate(to: base)
        return false
      case .comma:
        commas += 1
        parts += 1
        advance()
        endsInComma = true
        element = uses.count
        continue
      case .assign:
        // A keyword argument's name is no use of that name.
        if kind == .call, uses.count == element + 1, !uses[element].flags.contains(.trailer) {
          uses.removeLast()
          dropNoted()
        }
        advance()
      case .for:
        isGenerator = true
        comprehension(from: element)
      case .async:
        advance()
      case .as:
        // Parenthesised items of a `with` statement.
        hasNames = true
        advance()
        let target = uses.count
        expression()
        bindTargets(from: target)
      default:
        let before = cursor.start
        let operand = parts == 0
        pieces.truncate(to: base)
        expression()
        if cursor.start == before, !atLineEnd {
          advance()
        } else {
          isChain = operand && expressionIsChain
        }
      }
      parts += 1
      endsInComma = false
    }
  }

  /// Skips brackets that are nested too deeply to be looked into.
  private mutating func skipBrackets() {
    var depth = 0
    repeat {
      switch cursor.kind {
      case .openParen, .openBracket, .openBrace:
        depth += 1
        cursor.depth += 1
      case .closeParen, .closeBracket, .closeBrace:
        depth -= 1
        cursor.depth -= 1
      case .formattedString:
        strings()
        continue
      default: break
      }
      advance()
    } while depth > 0 && !atLineEnd
    if depth > 0 { cursor.depth -= depth }
  }

  private mutating func leave(_ opener: TokenKind) {
    countOpen(opener, -1)
    cursor.depth -= 1
    if cursor.depth == 0, cursor.kind != .newline, cursor.kind != .end { cursor.candidate = -1 }
  }

  private mutating func countOpen(_ opener: TokenKind, _ step: Int) {
    switch opener {
    case .openParen: open.parens += step
    case .openBracket: open.brackets += step
    default: open.braces += step
    }
  }

  private func isOpen(_ closer: TokenKind) -> Bool {
    switch closer {
    case .closeParen: open.parens > 0
    case .closeBracket: open.brackets > 0
    default: open.braces > 0
    }
  }

  private func closes(_ closer: TokenKind, _ opener: TokenKind) -> Bool {
    switch opener {
    case .openParen: closer == .closeParen
    case .openBracket: closer == .closeBracket
    default: closer == .closeBrace
    }
  }

  /// `for targets in iterable if condition …`, any number of them; the element stands before, from the name `start` on.
  private mutating func comprehension(from start: Int) {
    var first: Range<Int>?
    let base = pieces.count
    while cursor.kind == .for || cursor.kind == .async {
      if cursor.kind == .async {
        advance()
        guard cursor.kind == .for else { break }
      }
      advance()
      let targets = uses.count
      let outerBare = bareDepth
      bareDepth = operandDepth
      expressionList(stopAtIn: true)
      bareDepth = outerBare
      bindTargets(from: targets, as: .comprehension)
      guard cursor.kind == .in else { break }
      advance()
      let iterable = uses.count
      pieces.truncate(to: base)
      expression(stopAtIf: true)
      if first == nil { first = iterable..<uses.count }
      while cursor.kind == .if {
        advance()
        pieces.truncate(to: base)
        expression(stopAtIf: true)
      }
    }
    pieces.truncate(to: base)
    endComprehension(from: start, firstIterable: first ?? 0..<0)
  }
}
