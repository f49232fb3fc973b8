/// A declaration or definition at namespace level, or a `#define`.
struct CItem: Sendable {
  /// Indices of its tokens.
  var tokens: Range<Int>
  /// Enclosing namespaces.
  var scope: [String] = []
  var isExternC = false
  /// Index of the `{` of its first block; nil for declarations.
  var body: Int?
  /// Preprocessor conditions that it stands under, hashed into its meaning.
  var conditions: [Int] = []
  var isMacro = false
}

/// Cuts a file's tokens into items. Blocks of namespaces and of `extern "C"` are looked into, all others stay whole.
struct CItemReader {
  let bytes: [UInt8]
  let tokens: [CToken]
  private(set) var items: [CItem] = []
  /// Includes and pragmas between items: they count for all of them.
  private(set) var surroundings: [Int] = []
  private var scopes: [(name: String?, isExternC: Bool)] = []
  private var conditions: [Int] = []

  init(bytes: [UInt8], tokens: [CToken]) {
    self.bytes = bytes
    self.tokens = tokens
    read()
  }

  func isWord(_ index: Int, _ word: StaticString) -> Bool {
    guard tokens.indices.contains(index) else { return false }
    let token = tokens[index]
    guard token.end - token.start == word.utf8CodeUnitCount else { return false }
    for offset in 0..<word.utf8CodeUnitCount where bytes[token.start + offset] != word.utf8Start[offset] {
      return false
    }
    return true
  }

  func string(_ index: Int) -> String {
    String(decoding: bytes[tokens[index].start..<tokens[index].end], as: UTF8.self)
  }

  private mutating func read() {
    var start = 0
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      if token.kind == .directive {
        if index == start { start += 1 }
        directive(index)
        index += 1
        continue
      }
      switch token.byte {
      case 0x3B where index > start:
        append(start..<index + 1, body: nil)
        start = index + 1
      case 0x3B:
        start = index + 1
      case 0x7B:
        if let scope = scope(start..<index) {
          scopes.append(scope)
          start = index + 1
        } else {
          let end = self.end(of: index)
          // `struct S { … } s;` and `int a[] = { … };` go on behind the block.
          let goesOn = !endsWithBlock(start..<index) && end < tokens.count
          if !goesOn {
            append(start..<end, body: index)
            start = end
          }
          index = end
          continue
        }
      case 0x7D:
        if !scopes.isEmpty { scopes.removeLast() }
        start = index + 1
      case 0x28, 0x5B:
        index = end(of: index)
        continue
      default: break
      }
      index += 1
    }
    if start < tokens.count { append(start..<tokens.count, body: nil) }
  }

  private mutating func append(_ range: Range<Int>, body: Int?) {
    items.append(
      CItem(
        tokens: range, scope: scopes.compactMap(\.name), isExternC: scopes.contains(where: \.isExternC), body: body,
        conditions: conditions))
  }

  private mutating func directive(_ index: Int) {
    switch String(decoding: words(ofDirective: index).prefix(while: Byte.isName), as: UTF8.self) {
    case "if", "ifdef", "ifndef": conditions.append(index)
    case "elif", "else", "elifdef", "elifndef":
      // The branches before it say when this one counts.
      conditions.append(index)
    case "endif":
      while let last = conditions.popLast(), !words(ofDirective: last).starts(with: "if".utf8) {}
    case "define", "undef":
      items.append(CItem(tokens: index..<index + 1, conditions: conditions, isMacro: true))
    default: surroundings.append(index)
    }
  }

  /// What stands behind the `#`.
  private func words(ofDirective index: Int) -> ArraySlice<UInt8> {
    bytes[tokens[index].start + 1..<tokens[index].end].drop(while: Ascii.isBlank)
  }

  /// The scope that a block opens, if it is a namespace's or that of `extern "C"`.
  private func scope(_ head: Range<Int>) -> (name: String?, isExternC: Bool)? {
    guard let first = head.first else { return nil }
    if isWord(first, "extern"), head.count == 2, isWord(first + 1, "\"C\"") || isWord(first + 1, "\"C++\"") {
      return (nil, isWord(first + 1, "\"C\""))
    }
    let start = isWord(first, "inline") ? first + 1 : first
    guard start < head.upperBound, isWord(start, "namespace") else { return nil }
    let name = (start + 1..<head.upperBound).filter { tokens[$0].kind == .word }.map(string).joined(separator: "::")
    return (name.isEmpty ? nil : name, false)
  }

  /// True for functions: a block ends their definition, without a semicolon.
  private func endsWithBlock(_ head: Range<Int>) -> Bool {
    // Defaults of template parameters have `=` in them.
    var index =
      isWord(head.lowerBound, "template") ? endOfAngles(head.lowerBound + 1, head.upperBound) : head.lowerBound
    var isFunction = false
    while index < head.upperBound {
      switch tokens[index].byte {
      case 0x3D where !isFunction && !isWord(index - 1, "operator"): return false
      case 0x28:
        isFunction = true
        index = end(of: index)
        continue
      default: break
      }
      index += 1
    }
    return isFunction
  }

  /// Index behind the `>` that closes a template's parameters.
  func endOfAngles(_ start: Int, _ limit: Int) -> Int {
    var depth = 0
    var index = start
    while index < limit {
      switch tokens[index].byte {
      case 0x3C: depth += 1
      case 0x3E:
        depth -= 1
        if depth == 0 { return index + 1 }
      case 0x28, 0x5B, 0x7B:
        index = end(of: index)
        continue
      default: break
      }
      index += 1
    }
    return limit
  }

  /// Index behind the bracket that closes the one at an index. A function of the next line ends it too: a `}` in
  /// column 0 closes everything but what was opened by a brace.
  func end(of open: Int) -> Int {
    var depth = 0
    let isBrace = tokens[open].byte == 0x7B
    var index = open
    while index < tokens.count {
      switch tokens[index].byte {
      case 0x28, 0x5B, 0x7B: depth += 1
      case 0x29, 0x5D, 0x7D:
        depth -= 1
        if depth <= 0 { return index + 1 }
        // A bracket that was left open must not swallow the functions behind it.
        if tokens[index].byte == 0x7D, tokens[index].start == tokens[index].lineStart {
          return isBrace ? index + 1 : index
        }
      default: break
      }
      index += 1
    }
    return tokens.count
  }
}
