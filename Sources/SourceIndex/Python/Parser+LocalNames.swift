/// Local variables in the normalised text: what a person calls them does not change what a function means.
///
/// When an outermost function ends, each name that is nothing but a local variable in it, nested functions included, is
/// replaced by the number of its first appearance. A name keeps its spelling where that may matter: parameters can be
/// given by keyword, class members are reached by name, imports and nested definitions show theirs, globals are shared.
/// The replacement goes by name, for the whole function alike, so that two functions with the same normalised text
/// differ in nothing but the spelling of their variables.
struct LocalNames: Sendable {
  /// A name in the normalised text that is a variable: neither an attribute nor the name of a keyword argument.
  struct Token: Sendable {
    var normal: Int
    var use: NameUse
  }

  var tokens: [Token] = []
  /// Names that some scope of the function binds as its variables.
  var variables: [NameUse] = []
  /// Names that must keep their spelling.
  var fixed: [NameUse] = []
  /// `f"{x=}"` prints the name.
  var showsNames = false
  /// What a normalised text becomes: memory that is used again.
  var numbered: [UInt8] = []

  mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    variables.removeAll(keepingCapacity: true)
    fixed.removeAll(keepingCapacity: true)
    showsNames = false
  }
}

extension Parser {
  /// Remembers the current token, which goes to the end of the normalised text.
  mutating func noteName() {
    let at = normal.count
    // Behind a dot stands an attribute.
    if at >= 2, normal[at - 1] == NormalMark.token, normal[at - 2] == 0x2E,
      at == 2 || normal[at - 3] < Ascii.space
    {
      return
    }
    addUse(.load)
    if let use = uses.popLast() { locals.tokens.append(LocalNames.Token(normal: at, use: use)) }
  }

  /// The last name was that of a keyword argument, or no name at all.
  mutating func dropNoted() {
    if functionDepth > 0 { _ = locals.tokens.popLast() }
  }

  /// Sorts a name of a scope that ends inside a function.
  mutating func noteBinding(_ use: NameUse, inClass: Bool) {
    guard functionDepth > 0 else { return }
    switch use.role {
    case .store where !inClass, .comprehension: locals.variables.append(use)
    case .load, .nonlocal: break
    case .store, .parameter, .global, .globalStore, .importing, .recorded: locals.fixed.append(use)
    }
  }

  /// Ends an outermost function; what it takes from outside stands in `uses` from `start` on.
  mutating func numberLocals(takingFromOutside start: Int) {
    defer { locals.removeAll() }
    guard !locals.variables.isEmpty, !locals.showsNames else { return }
    let kept: Int32 = -1
    let unnumbered: Int32 = 0
    names.removeAll()
    for use in uses[start...] {
      if readsNamesAtRunTime(use) { return }
      names.set(use, kept, base)
    }
    for use in locals.fixed { names.set(use, kept, base) }
    var found = false
    for use in locals.variables where names.value(use, base) == nil {
      names.set(use, unnumbered, base)
      found = true
    }
    guard found else { return }
    locals.numbered.removeAll(keepingCapacity: true)
    var from: Int?
    var count: Int32 = 0
    for token in locals.tokens {
      guard token.normal < normal.count, var number = names.value(token.use, base), number != kept else { continue }
      if number == unnumbered {
        count += 1
        number = count
        names.set(token.use, number, base)
      }
      // Rewriting begins at the first variable; what stands before it stays where it is.
      locals.numbered.append(contentsOf: normal[(from ?? token.normal)..<token.normal])
      locals.numbered.append(NormalMark.local)
      repeat {
        locals.numbered.append(UInt8(truncatingIfNeeded: number & 0x7F) | 0x80)
        number >>= 7
      } while number > 0
      from = token.normal + Int(token.use.length)
    }
    guard let from, let first = locals.tokens.first(where: { (names.value($0.use, base) ?? kept) > 0 }) else { return }
    locals.numbered.append(contentsOf: normal[from...])
    normal.truncate(to: first.normal)
    normal.append(contentsOf: locals.numbered)
  }

  /// True for the built-in functions that look variables up by name.
  private func readsNamesAtRunTime(_ use: NameUse) -> Bool {
    let (start, end) = (Int(use.start), Int(use.start + use.length))
    return isWord("locals", at: start, end: end) || isWord("vars", at: start, end: end)
      || isWord("eval", at: start, end: end) || isWord("exec", at: start, end: end)
      || isWord("dir", at: start, end: end)
  }
}
