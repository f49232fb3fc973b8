extension Parser {
  /// A logical line parsed: what stands below it.
  private enum Head {
    case simple
    /// A suite follows, then perhaps clauses such as `else`.
    case compound
    case match
  }

  /// The statement on the line that `beginLine` found, with everything that belongs to it.
  mutating func statement(isFirst: Bool = false) {
    let indentation = cursor.indentation
    let above = Array(pending[min(pendingCut, pending.count)...])
    trailing.removeAll(keepingCapacity: true)
    emptied.removeAll(keepingCapacity: true)
    startLine(indentation)
    switch cursor.kind {
    case .at, .def, .class:
      definition(indentation, above)
    case .async where peekWord() == .def:
      definition(indentation, above)
    default:
      let line = Int32(truncatingIfNeeded: cursor.startLine)
      let lines = chunk.statementLines.count
      let begun = beginDetail()
      var isDocstring = false
      let head = recovering { parser in parser.head(isFirst: isFirst, &isDocstring) }
      if functionDepth > 0, !isDocstring {
        chunk.statementLines.insert(line...max(line, previousEnd.line), at: lines)
      }
      below(head, indentation)
      endDetail(begun, isDocstring)
    }
  }

  /// Sets off on a line.
  mutating func startLine(_ indentation: Int) {
    cursor.lineBegun = false
    cursor.statementIndentation = indentation
    cursor.depth = 0
    open = (0, 0, 0)
    lex()
  }

  private mutating func below(_ head: Head, _ indentation: Int) {
    switch head {
    case .simple: break
    case .match: caseBlocks(indentation)
    case .compound:
      suite(indentation)
      while true {
        beginLine()
        guard cursor.indentation == indentation else { return }
        switch wordKind(cursor.position) {
        case .elif, .else, .except, .finally: break
        default: return
        }
        clause(indentation)
      }
    }
  }

  /// `elif …:`, `else:`, `except …:` or `finally:` and its suite, in line with the statement that it continues.
  private mutating func clause(_ indentation: Int) {
    startLine(indentation)
    let line = Int32(truncatingIfNeeded: cursor.startLine)
    let begun = beginDetail(isClause: true)
    var isDocstring = false
    _ = recovering { parser in parser.head(isFirst: false, &isDocstring) }
    if functionDepth > 0 { chunk.statementLines.append(line...max(line, previousEnd.line)) }
    suite(indentation)
    endDetail(begun, false)
  }

  /// The word behind the current token.
  private func peekWord() -> TokenKind {
    var at = cursor.position
    while true {
      if Ascii.isBlank(base[at]) {
        at += 1
      } else if base[at] == Ascii.backslash, Ascii.isLineEnd(base[at + 1]) {
        at = terminatorEnd(at + 1)
      } else {
        return wordKind(at)
      }
    }
  }

  private mutating func head(isFirst: Bool, _ isDocstring: inout Bool) -> Head {
    switch cursor.kind {
    case .if, .while, .elif:
      let start = cursor.position
      advance()
      expressionList()
      if functionDepth == 0, classDepth == 0, blocks == 0, isMainGuard(start) { chunk.isMainGuard = true }
    case .else, .try, .finally:
      advance()
    case .for:
      forHead()
    case .async:
      advance()
      if cursor.kind == .for {
        forHead()
      } else if cursor.kind == .with {
        withHead()
      }
    case .with:
      withHead()
    case .except:
      advance()
      expressionList()
      if cursor.kind == .as {
        advance()
        if cursor.kind == .name {
          addUse(.store)
          advance()
        }
      }
    case .name where tokenIs("match"):
      if matchHead() { return .match }
      fallthrough
    default:
      simpleLine(isFirst: isFirst, &isDocstring)
      return .simple
    }
    skipToSuite()
    return .compound
  }

  private mutating func forHead() {
    advance()
    let targets = uses.count
    expressionList(stopAtIn: true)
    bindTargets(from: targets)
    if cursor.kind == .in {
      advance()
      expressionList()
    }
  }

  private mutating func withHead() {
    repeat {
      advance()
      expression()
      if cursor.kind == .as {
        advance()
        let target = uses.count
        expression()
        bindTargets(from: target)
      }
    } while cursor.kind == .comma
  }

  private func isMainGuard(_ start: Int) -> Bool {
    let end = cursor.start
    return contains("__name__", start, end) && contains("__main__", start, end) && contains("==", start, end)
  }

  /// Goes on to the colon in front of a suite, past what should not be there.
  mutating func skipToSuite() {
    while !atLineEnd, cursor.kind != .colon { skipStray() }
  }

  /// Goes past something that the grammar does not expect here; calls in it count all the same.
  private mutating func skipStray() {
    let before = cursor.start
    expression()
    if cursor.start == before, !atLineEnd { advance() }
  }

  // MARK: Suites

  /// What a colon introduces: simple statements on the same line, or an indented block. A missing colon is forgiven.
  mutating func suite(_ indentation: Int, isBody: Bool = false) {
    if cursor.kind == .colon { skipToken() }
    normal.append(NormalMark.suiteBegin)
    if atLineEnd {
      beginLine()
      if cursor.indentation > indentation, blocks < Self.maximumBlocks {
        blocks += 1
        block(cursor.indentation, isBody: isBody)
        blocks -= 1
      }
    } else {
      let line = Int32(truncatingIfNeeded: cursor.startLine)
      var isDocstring = false
      let begun = beginDetail()
      recovering { parser in parser.simpleLine(isFirst: isBody, &isDocstring) }
      if functionDepth > 0, !isDocstring { chunk.statementLines.append(line...max(line, previousEnd.line)) }
      endDetail(begun, isDocstring)
    }
    normal.append(NormalMark.suiteEnd)
  }

  private mutating func block(_ indentation: Int, isBody: Bool) {
    var isFirst = isBody
    repeat {
      statement(isFirst: isFirst)
      isFirst = false
      beginLine()
    } while cursor.indentation >= indentation
  }

  // MARK: Simple statements

  /// Simple statements separated by semicolons, to the end of the line.
  private mutating func simpleLine(isFirst: Bool, _ isDocstring: inout Bool) {
    var isFirst = isFirst
    while true {
      if isFirst, docstring() {
        isDocstring = true
      } else {
        isDocstring = false
        simpleStatement()
        normal.append(NormalMark.statement)
      }
      isFirst = false
      guard cursor.kind == .semicolon else { break }
      skipToken()
      if atLineEnd { break }
    }
    let line = cursor.startLine
    while !atLineEnd {
      if cursor.kind.beginsStatementOnly, cursor.startLine > line, beginsLine() { return splitLine() }
      skipStray()
    }
  }

  /// True if only blanks stand in front of the current token.
  private func beginsLine() -> Bool {
    (cursor.startLineStart..<cursor.start).allSatisfy { Ascii.isBlank(base[$0]) }
  }

  /// Ends the logical line in front of the current token's line, which a stray backslash had joined to it.
  private mutating func splitLine() {
    cursor.kind = .newline
    cursor.position = cursor.startLineStart
    cursor.line = cursor.startLine
    cursor.lineStart = cursor.startLineStart
    cursor.afterNewline = cursor.position
    cursor.afterNewlineLine = cursor.line
  }

  /// Takes a docstring, leaving it out of the normalised text. The statement must be nothing but plain strings.
  private mutating func docstring() -> Bool {
    guard cursor.kind == .string else { return false }
    let start = mark()
    while cursor.kind == .string { advance() }
    if atLineEnd || cursor.kind == .semicolon {
      normal.truncate(to: start.normal)
      return true
    }
    restore(start)
    return false
  }

  private mutating func simpleStatement() {
    switch cursor.kind {
    case .return, .assert:
      let keepsTuples = cursor.kind == .assert
      advance()
      expressionList(keepsTuples: keepsTuples)
    case .raise:
      advance()
      expressionList()
      if cursor.kind == .from {
        advance()
        expression()
      }
    case .del:
      advance()
      let targets = uses.count
      expressionList()
      bindTargets(from: targets)
    case .global, .nonlocal:
      let role: NameUse.Role = cursor.kind == .global ? .global : .nonlocal
      repeat {
        advance()
        guard cursor.kind == .name else { break }
        addUse(role)
        advance()
      } while cursor.kind == .comma
    case .pass, .break, .continue:
      advance()
    case .import, .from:
      importStatement()
    case .name where tokenIs("type") && peekWord() == .name:
      typeAlias()
    default:
      expressionStatement()
    }
  }

  /// `type Name[T] = …` (PEP 695)
  private mutating func typeAlias() {
    advance()
    addUse(.store)
    advance()
    if cursor.kind == .openBracket { bracket(.subscripts) }
    if cursor.kind == .assign {
      advance()
      expression()
    }
  }

  private mutating func expressionStatement() {
    let base = pieces.count
    var target = uses.count
    let first = target
    expressionList()
    switch cursor.kind {
    case .assign:
      repeat {
        bindTargets(from: target)
        advance()
        target = uses.count
        pieces.truncate(to: base)
        expressionList()
      } while cursor.kind == .assign
      recordAlias(target: first, value: base)
    case .augmentedAssign:
      if uses.count > first, uses[first].flags.contains(.bare), !uses[first].flags.contains(.trailer) {
        var store = uses[first]
        store.role = .store
        uses.append(store)
      } else {
        bindTargets(from: first)
      }
      advance()
      expressionList()
    case .colon:
      bindTargets(from: first)
      advance()
      expression()
      if cursor.kind == .assign {
        advance()
        expressionList()
      }
    default:
      guard first < uses.count else { break }
      if uses[first].flags.contains(.attribute) { uses[first].flags.insert(.mutated) }
      // A call at module level may change whatever it is given: `setattr(Model, …)`, `nn.init.normal_(WEIGHT)`.
      if functionDepth == 0, classDepth == 0, name(uses[first]) != "print" {
        for index in first + 1..<uses.count where uses[index].role == .load { uses[index].flags.insert(.mutated) }
      }
    }
    pieces.truncate(to: base)
  }

  /// Remembers `name = dotted.name` at module level: the name may stand for a module or class of a library.
  private mutating func recordAlias(target: Int, value base: Int) {
    guard functionDepth == 0, classDepth == 0, expressionIsChain, target < uses.count, uses[target].role == .store,
      let dotted = dottedName(from: base)
    else { return }
    chunk.bindings.append(Binding(name: name(uses[target]), kind: .alias(dotted)))
  }

  /// The chain in `pieces` from an index on as `a.b.c`; nil if it holds anything else.
  func dottedName(from first: Int, allowingSubscript: Bool = false, allowingCall: Bool = false) -> String? {
    var result = ""
    for piece in pieces[first...] {
      switch piece {
      case .source(let start, let end, isName: true): result += text(start, end)
      case .attribute(let start, let end): result += "." + text(start, end)
      case .index where allowingSubscript && !result.isEmpty: return result
      case .call where allowingCall && !result.isEmpty: return result
      default: return nil
      }
    }
    return result.isEmpty ? nil : result
  }
}
