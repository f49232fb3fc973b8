/// A part of a postfix chain such as `layers[0].forward`.
enum ChainPiece {
  /// A name, or a literal or group that the chain starts in: its source.
  case source(Int, Int, isName: Bool)
  case attribute(Int, Int)
  case call
  case index
}

enum Bracket {
  case group, list, braces, call, subscripts
}

extension Parser {
  /// Expressions up to what ends them, separated by commas.
  ///
  /// `keepsTuples` where `(a, b)` means something else than `a, b`.
  mutating func expressionList(stopAtIn: Bool = false, keepsTuples: Bool = false) {
    let base = pieces.count
    let normalStart = normal.count
    expression(stopAtIn: stopAtIn)
    if !keepsTuples, cursor.kind != .comma { dropParentheses(.tuple, from: normalStart) }
    var commas = 0
    while cursor.kind == .comma {
      advance()
      commas += 1
      let before = cursor.start
      pieces.truncate(to: base)
      expression(stopAtIn: stopAtIn)
      expressionIsChain = false
      if cursor.start == before, cursor.kind != .comma, commas > 1 { dropTrailingComma() }
    }
  }

  /// One expression: operands and operators in a row, without regard to precedence. Takes nothing if there is none.
  ///
  /// Leaves the chain of its last operand in `pieces`, and in `expressionIsChain` whether that chain is all there is.
  mutating func expression(stopAtIn: Bool = false, stopAtIf: Bool = false) {
    let base = pieces.count
    let normalStart = normal.count
    // In a replacement field the parentheses of `{(x:=1)}` keep it from being a format.
    var elseStart = -1
    defer {
      if elseStart >= 0 { dropParentheses(.plain, from: elseStart) }
      if cursor.depth != fieldDepth { dropParentheses(.plain, from: normalStart) }
    }
    var isChain = true
    var operands = 0
    scan: while true {
      switch cursor.kind {
      case .name, .number, .string, .formattedString, .constant, .openParen, .openBracket, .openBrace:
        pieces.truncate(to: base)
        primary()
        operands += 1
      case .operator, .wordOperator, .star, .doubleStar, .at, .await, .dot:
        isChain = false
        advance()
      case .else:
        isChain = false
        advance()
        elseStart = normal.count
      case .if:
        if stopAtIf { break scan }
        isChain = false
        advance()
      case .in:
        if stopAtIn { break scan }
        isChain = false
        advance()
      case .lambda:
        isChain = false
        lambda(stopAtIn: stopAtIn, stopAtIf: stopAtIf)
      case .yield:
        isChain = false
        advance()
        if cursor.kind == .from { advance() }
      case .walrus where cursor.depth != fieldDepth:
        isChain = false
        if let last = uses.indices.last, uses[last].role == .load { uses[last].role = .store }
        advance()
      default:
        break scan
      }
    }
    expressionIsChain = isChain && operands == 1
  }

  /// An atom and the attributes, calls and subscripts behind it.
  private mutating func primary() {
    let start = tokenPlace
    let base = pieces.count
    let firstUse = uses.count
    atom()
    var isFirst = true
    while true {
      switch cursor.kind {
      case .dot, .openParen, .openBracket:
        if isFirst {
          isFirst = false
          markTrailer(from: firstUse)
        }
      default: return
      }
      switch cursor.kind {
      case .dot:
        advance()
        guard cursor.kind == .name else { return }
        pieces.append(.attribute(cursor.start, cursor.position))
        advance()
      case .openParen:
        call(start, base)
      default:
        let inside = cursor.position
        operandDepth += 1
        bracket(.subscripts)
        operandDepth -= 1
        emptied.append(inside..<max(inside, cursor.previousEnd - 1))
        pieces.append(.index)
      }
    }
  }

  /// The names of an atom are not assignment targets when something follows it; a name itself is their root.
  private mutating func markTrailer(from firstUse: Int) {
    guard firstUse < uses.count else { return }
    if uses.count == firstUse + 1, Int(uses[firstUse].start + uses[firstUse].length) == cursor.previousEnd {
      uses[firstUse].flags.insert(.trailer)
      if cursor.kind == .dot { uses[firstUse].flags.insert(.attribute) }
    } else {
      for index in firstUse..<uses.count { uses[index].flags.remove(.bare) }
    }
  }

  private mutating func atom() {
    let start = cursor.start
    switch cursor.kind {
    case .name:
      addLoad()
      pieces.append(.source(start, cursor.position, isName: true))
      advance()
    case .openParen:
      if bracket(.group) { return }
      pieces.append(.source(start, cursor.previousEnd, isName: false))
    case .openBracket:
      bracket(.list)
      pieces.append(.source(start, cursor.previousEnd, isName: false))
    case .openBrace:
      operandDepth += 1
      bracket(.braces)
      operandDepth -= 1
      pieces.append(.source(start, cursor.previousEnd, isName: false))
    case .string, .formattedString:
      strings()
      pieces.append(.source(start, cursor.previousEnd, isName: false))
    default:
      advance()
      pieces.append(.source(start, cursor.previousEnd, isName: false))
    }
  }

  private mutating func call(_ start: Place, _ base: Int) {
    let nameStart = chunk.callNames.count
    appendName(from: base)
    let nameLength = chunk.callNames.count - nameStart
    let inside = cursor.position
    let usesBefore = uses.count
    let callsBefore = chunk.calls.count
    operandDepth += 1
    bracket(.call)
    operandDepth -= 1
    let end = previousEnd
    emptied.append(inside..<max(inside, cursor.previousEnd - 1))
    if pieces.count == base + 1, uses.count == usesBefore, chunk.calls.count == callsBefore,
      case .source(let from, let to, isName: true) = pieces[base], self.base[from] &- 0x41 < 26
    {
      chunk.literalCalls.append(
        LiteralCall(name: text(from, to), arguments: text(inside, max(inside, cursor.previousEnd - 1))))
    }
    let record = CallRecord(
      span: Span(start: start, end: end), nameStart: Int32(truncatingIfNeeded: nameStart),
      nameLength: Int32(truncatingIfNeeded: nameLength))
    // Kept in order of start, and of end where calls start together.
    var index = chunk.calls.count
    while index > 0, chunk.calls[index - 1].span.start.offset > start.offset { index -= 1 }
    chunk.calls.insert(record, at: index)
    pieces.append(.call)
  }

  /// Writes the name of the chain that begins at a piece.
  private mutating func appendName(from first: Int) {
    for piece in pieces[first...] {
      switch piece {
      case .source(let start, let end, isName: true): appendName(start, end)
      case .source(let start, let end, isName: false): appendEmptied(start, end)
      case .attribute(let start, let end):
        chunk.callNames.append(0x2E)
        appendName(start, end)
      case .call:
        chunk.callNames.append(0x28)
        chunk.callNames.append(0x29)
      case .index:
        chunk.callNames.append(0x5B)
        chunk.callNames.append(0x5D)
      }
    }
  }

  private mutating func appendName(_ start: Int, _ end: Int) {
    chunk.callNames.append(contentsOf: UnsafeBufferPointer(start: base + start, count: end - start))
  }

  /// Writes source without what stands in its argument lists and subscripts.
  private mutating func appendEmptied(_ start: Int, _ end: Int) {
    var from = start
    for inside in emptied.filter({ $0.lowerBound > start && $0.upperBound < end }).sorted(by: {
      ($0.lowerBound, -$0.upperBound) < ($1.lowerBound, -$1.upperBound)
    }) where inside.lowerBound >= from {
      appendName(from, inside.lowerBound)
      from = inside.upperBound
    }
    appendName(from, end)
  }

  /// `lambda a, *b, c=d: body`
  private mutating func lambda(stopAtIn: Bool, stopAtIf: Bool) {
    var parameters: [NameUse] = []
    operandDepth += 1
    nesting += 1
    defer {
      operandDepth -= 1
      nesting -= 1
    }
    advance()
    header: while true {
      switch cursor.kind {
      case .name:
        addUse(.parameter)
        parameters.append(uses.removeLast())
        advance()
      case .assign:
        advance()
        expression()
      case .comma, .star, .doubleStar, .operator:
        advance()
      default:
        break header
      }
    }
    guard cursor.kind == .colon else { return }
    advance()
    guard nesting < Self.maximumNesting else { return }
    let start = uses.count
    uses.append(contentsOf: parameters)
    expression(stopAtIn: stopAtIn, stopAtIf: stopAtIf)
    endFunctionScope(from: start)
  }
}
