/// Cuts a chunk's tokens into items: from where a line begins, up to the first line that begins behind the end of them
/// all. Blocks of namespaces and of `extern "C"` are looked into, all others stay whole.
struct CItemReader {
  private var scanner: CScanner
  private(set) var items: [CItem] = []
  /// Includes and pragmas between items: they count for all of the file.
  private(set) var surroundings: [UInt8] = []
  /// At the chunk's end.
  private(set) var context: CContext
  /// The chunk ends in front of the text's end, which nothing in it depends on.
  private(set) var endsEarly = false

  var file: CTokens { scanner.file }
  var comments: [DirectiveComment] { scanner.comments }
  /// Offset in the text of the chunk's end.
  var end: Int { scanner.at }
  var lineCount: Int { scanner.line }

  init(_ bytes: [UInt8], from start: Int, in context: CContext) {
    scanner = CScanner(bytes, from: start)
    self.context = context
    read()
  }

  private mutating func read() {
    var start = 0
    var index = 0
    while true {
      // Nothing is open that a later token could be part of.
      if start > 0, start == scanner.file.tokens.count, endsChunk() {
        endsEarly = true
        return
      }
      guard hasToken(index) else { break }
      let token = scanner.file.tokens[index]
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
          context.open(scope)
          start = index + 1
        } else {
          let end = self.end(of: index)
          // `struct S { … } s;` and `int a[] = { … };` go on behind the block.
          let goesOn = !endsWithBlock(start..<index) && hasToken(end)
          if !goesOn {
            append(start..<end, body: index)
            start = end
          }
          index = end
          continue
        }
      case 0x7D:
        context.closeScope()
        start = index + 1
      case 0x28, 0x5B:
        index = end(of: index)
        continue
      default: break
      }
      index += 1
    }
    if start < index { append(start..<index, body: nil) }
  }

  /// Whether there is a token of an index, up to which all are scanned.
  private mutating func hasToken(_ index: Int) -> Bool { index < scanner.file.tokens.count || scanner.scanToken() }

  /// Goes to the next line. False where a token comes first, or the text ends, or a directive comment stands in between,
  /// which is the next item's.
  private mutating func endsChunk() -> Bool {
    guard !context.isTooDeep, scanner.endLine(), scanner.at < scanner.file.bytes.count else { return false }
    guard let comment = scanner.comments.last, let token = scanner.file.tokens.last else { return true }
    return Int(comment.place.offset) < token.end
  }

  /// Index behind the bracket that opens at an index.
  private mutating func end(of open: Int) -> Int {
    var bracket = OpenBracket(scanner.file.tokens[open])
    var index = open
    while hasToken(index) {
      if let end = bracket.end(at: index, scanner.file.tokens[index]) { return end }
      index += 1
    }
    return index
  }

  private mutating func append(_ range: Range<Int>, body: Int?) {
    items.append(
      CItem(tokens: range, body: body, scopes: context.scopes, conditions: context.conditionsDigest))
  }

  private mutating func directive(_ index: Int) {
    let words = scanner.file.words(ofDirective: index)
    switch String(decoding: words.prefix(while: Byte.isName), as: UTF8.self) {
    case "if", "ifdef", "ifndef", "elif", "else", "elifdef", "elifndef":
      var meaning: [UInt8] = []
      scanner.file.appendMeaning(of: index, to: &meaning)
      context.open(condition: meaning, opens: words.starts(with: "if".utf8))
    case "endif": context.closeCondition()
    case "define", "undef":
      items.append(CItem(tokens: index..<index + 1, isMacro: true, conditions: context.conditionsDigest))
    default: scanner.file.appendMeaning(of: index, to: &surroundings)
    }
  }

  /// The scope that a block opens, if it is a namespace's or that of `extern "C"`.
  private func scope(_ head: Range<Int>) -> CContext.Scope? {
    guard let first = head.first else { return nil }
    let file = scanner.file
    if file.isWord(first, "extern"), head.count == 2,
      file.isWord(first + 1, "\"C\"") || file.isWord(first + 1, "\"C++\"")
    {
      return CContext.Scope(name: nil, isExternC: file.isWord(first + 1, "\"C\""))
    }
    let start = file.isWord(first, "inline") ? first + 1 : first
    guard start < head.upperBound, file.isWord(start, "namespace") else { return nil }
    let words = (start + 1..<head.upperBound).filter { file.tokens[$0].kind == .word }
    return CContext.Scope(
      name: words.isEmpty ? nil : Array(words.map(file.bytes(of:)).joined(separator: "::".utf8)), isExternC: false)
  }

  /// True for functions: a block ends their definition, without a semicolon.
  private func endsWithBlock(_ head: Range<Int>) -> Bool {
    let file = scanner.file
    // Defaults of template parameters have `=` in them.
    var index = head.lowerBound
    if file.isWord(index, "template") { index = file.endOfAngles(index + 1, head.upperBound) }
    var isFunction = false
    while index < head.upperBound {
      switch file.tokens[index].byte {
      case 0x3D where !isFunction && !file.isWord(index - 1, "operator"): return false
      case 0x28:
        isFunction = true
        index = file.end(of: index)
        continue
      default: break
      }
      index += 1
    }
    return isFunction
  }
}
