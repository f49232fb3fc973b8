extension Parser {
  /// A class or function with its decorators, from the current token on.
  mutating func definition(_ indentation: Int, _ above: [DirectiveComment]) {
    let lines = chunk.statementLines.count
    let firstLine = Int32(truncatingIfNeeded: cursor.startLine)
    let fullStart = tokenPlace
    let normalStart = normal.count
    let usesStart = uses.count
    let begun = beginDetail()
    var directives = above
    var decorators: [String] = []
    while cursor.kind == .at {
      if let name = recovering({ parser in parser.decorator() }) { decorators.append(name) }
      beginLine()
      guard cursor.indentation >= 0, base[cursor.position] == 0x40 || isDefinitionWord(cursor.position) else {
        // Decorators of nothing: the line is not finished yet.
        endDetail(begun, false)
        return
      }
      directives += pending[min(pendingCut, pending.count)...]
      startLine(indentation)
    }
    let start = tokenPlace
    let isClass = cursor.kind == .class
    let index = chunk.definitions.count
    let scope = recovering { parser in
      parser.header(isClass: isClass, start: start, fullStart: fullStart, decorators: decorators)
    }
    if functionDepth > 0 { chunk.statementLines.insert(firstLine...max(firstLine, previousEnd.line), at: lines) }
    body(index, isClass: isClass, scope, indentation)
    chunk.definitions[index].directives.insert(contentsOf: directives, at: 0)
    finish(index, usesStart: usesStart, own: scope.own, normalStart: normalStart)
    endDetail(begun, false)
  }

  private func isDefinitionWord(_ at: Int) -> Bool {
    switch wordKind(at) {
    case .def, .class, .async: true
    default: false
    }
  }

  /// One decorator line; gives its dotted name without the call.
  private mutating func decorator() -> String? {
    advance()
    let base = pieces.count
    expression()
    let name = expressionIsChain ? dottedName(from: base, allowingCall: true) : nil
    pieces.truncate(to: base)
    while !atLineEnd {
      let before = cursor.start
      expression()
      if cursor.start == before, !atLineEnd { advance() }
    }
    return name
  }

  /// What a header gives its body.
  struct Scope {
    var parameters: [NameUse] = []
    /// Index in `uses` of the definition's own name.
    var own = -1
  }

  private mutating func header(isClass: Bool, start: Place, fullStart: Place, decorators: [String]) -> Scope {
    var scope = Scope()
    var record = DefinitionRecord(
      kind: isClass ? .class : .function, name: "", parent: enclosing, isLocal: functionDepth > 0,
      span: Span(start: start, end: start), fullStart: fullStart, nameSpan: Span(start: start, end: start),
      indentation: text(cursor.startLineStart, cursor.start))
    record.decorators = decorators
    if cursor.kind == .async { advance() }
    advance()
    let namePlace = tokenPlace
    record.nameSpan = Span(start: namePlace, end: namePlace)
    if cursor.kind == .name {
      scope.own = uses.count
      addUse(.recorded)
      record.name = text(cursor.start, cursor.position)
      advance()
      record.nameSpan.end = previousEnd
    }
    if cursor.kind == .openBracket { bracket(.subscripts) }
    if cursor.kind == .openParen {
      if isClass { bases(&record) } else { parameters(&record, &scope) }
    }
    if cursor.kind == .arrow {
      advance()
      let annotation = cursor.start
      expression()
      if namesTensor(annotation, cursor.previousEnd) { record.annotatesTensor = true }
    }
    skipToSuite()
    chunk.definitions.append(record)
    return scope
  }

  /// The body, in a scope of its own.
  private mutating func body(_ index: Int, isClass: Bool, _ scope: Scope, _ indentation: Int) {
    let start = uses.count
    uses.append(contentsOf: scope.parameters)
    let outer = (enclosing, functionDepth, classDepth, operandDepth, bareDepth)
    enclosing = index
    (operandDepth, bareDepth) = (0, 0)
    if isClass { classDepth += 1 } else { functionDepth += 1 }
    let statements = chunk.statementLines.count
    bodySuite(index, indentation)
    if !isClass { chunk.definitions[index].statementLines = statements..<chunk.statementLines.count }
    chunk.definitions[index].span.end = previousEnd
    if isClass {
      endClassScope(from: start)
    } else {
      keepDetail(of: index, from: start)
      endFunctionScope(from: start)
      if functionDepth == 1 { numberLocals(takingFromOutside: start) }
    }
    (enclosing, functionDepth, classDepth, operandDepth, bareDepth) = outer
  }

  /// The suite, and the directives behind the header and on the body's first lines.
  private mutating func bodySuite(_ index: Int, _ indentation: Int) {
    if cursor.kind == .colon { skipToken() }
    if atLineEnd {
      chunk.definitions[index].directives += trailing
      beginLine()
      // Above a nested class they are that class's.
      if cursor.indentation > indentation, wordKind(cursor.position) != .class {
        chunk.definitions[index].directives += pending
      }
    }
    suite(indentation, isBody: true)
  }

  private mutating func finish(_ index: Int, usesStart: Int, own: Int, normalStart: Int) {
    let definition = chunk.definitions[index]
    if !definition.isLocal {
      keepFreeNames(of: index, from: usesStart, except: own)
      if definition.kind == .class, definition.parent >= 0, chunk.definitions[definition.parent].kind == .class {
        chunk.definitions[index].digest = normal[normalStart...].withUnsafeBufferPointer { SHA256.digest($0) }
      }
    } else if definition.parent >= 0 {
      chunk.definitions[definition.parent].localLibraries.formUnion(definition.localLibraries)
    }
  }
}
