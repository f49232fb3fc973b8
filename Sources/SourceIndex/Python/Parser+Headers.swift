extension Parser {
  /// A class's arguments, from the opening parenthesis on.
  mutating func bases(_ record: inout DefinitionRecord) {
    openHeader()
    let base = pieces.count
    let normalStart = normal.count
    defer {
      // `class C():` is `class C:`.
      if normal.count == normalStart + 2, normal[normalStart] == 0x29 { normal.removeLast(4) }
    }
    while !atLineEnd, cursor.kind != .closeParen {
      let before = cursor.start
      let use = uses.count
      pieces.truncate(to: base)
      expression()
      switch cursor.kind {
      case .assign:
        if uses.count == use + 1 {
          uses.removeLast()
          dropNoted()
        }
        advance()
        expression()
      case .for:
        // A generator can't be a base class; its calls count all the same.
        advance()
      default:
        if expressionIsChain, let name = dottedName(from: base, allowingSubscript: true) { record.bases.append(name) }
      }
      if cursor.kind == .comma || cursor.start == before && !atLineEnd { advance() }
    }
    pieces.truncate(to: base)
    closeHeader()
  }

  /// A function's parameters, from the opening parenthesis on.
  mutating func parameters(_ record: inout DefinitionRecord, _ scope: inout Scope) {
    let isConstructor = record.name == "__init__"
    openHeader()
    let base = pieces.count
    var kind = Parameter.Kind.positional
    var keywordOnly = false
    while !atLineEnd, cursor.kind != .closeParen {
      pieces.truncate(to: base)
      switch cursor.kind {
      case .star:
        advance()
        keywordOnly = true
        kind = .variadic
        continue
      case .doubleStar:
        advance()
        kind = .keywords
        continue
      case .name:
        var parameter = Parameter(
          name: text(cursor.start, cursor.position), kind: kind == .positional && keywordOnly ? .keywordOnly : kind,
          defaultValue: nil, annotation: nil, hasDefault: false, mayBeTensor: true)
        addUse(.parameter)
        scope.parameters.append(uses.removeLast())
        advance()
        if cursor.kind == .colon {
          advance()
          let start = cursor.start
          expression()
          if namesTensor(start, cursor.previousEnd) {
            record.annotatesTensor = true
          } else {
            parameter.mayBeTensor = namesArray(start, cursor.previousEnd)
          }
          if isConstructor { parameter.annotation = text(start, cursor.previousEnd) }
        }
        if cursor.kind == .assign {
          advance()
          let start = cursor.start
          expression()
          parameter.hasDefault = true
          parameter.mayBeTensor = false
          if isConstructor { parameter.defaultValue = text(start, cursor.previousEnd) }
        }
        record.parameters.append(parameter)
      default:
        let before = cursor.start
        expression()
        if cursor.start == before, cursor.kind != .comma, !atLineEnd { advance() }
      }
      kind = .positional
      if cursor.kind == .comma { advance() }
    }
    pieces.truncate(to: base)
    closeHeader()
  }

  private mutating func openHeader() {
    cursor.depth += 1
    operandDepth += 1
    open.parens += 1
    advance()
  }

  private mutating func closeHeader() {
    cursor.depth -= 1
    operandDepth -= 1
    open.parens -= 1
    guard cursor.kind == .closeParen else { return }
    dropTrailingComma()
    if cursor.depth == 0 { cursor.candidate = -1 }
    advance()
  }

  /// True if an annotation has `Tensor` in it as a word, quoted or not.
  func namesTensor(_ start: Int, _ end: Int) -> Bool {
    find("Tensor", start, end) { at, after in
      !Byte.isName(base[after]) && (at == start || !Byte.isName(base[at - 1]))
    }
  }

  /// True for JAX's and other array types, and for annotations that leave the type open.
  private func namesArray(_ start: Int, _ end: Int) -> Bool {
    contains("Array", start, end) || contains("ndarray", start, end) || contains("Any", start, end)
  }

  func contains(_ word: StaticString, _ start: Int, _ end: Int) -> Bool {
    find(word, start, end) { _, _ in true }
  }

  private func find(
    _ word: StaticString, _ start: Int, _ end: Int, where accepts: (_ at: Int, _ after: Int) -> Bool
  ) -> Bool {
    let length = word.utf8CodeUnitCount
    guard end - start >= length else { return false }
    for at in start...(end - length) where base[at] == word.utf8Start[0] {
      if isWord(word, at: at, end: at + length), accepts(at, at + length) { return true }
    }
    return false
  }
}
