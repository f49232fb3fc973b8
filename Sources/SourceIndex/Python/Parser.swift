/// A tolerant single-pass parser for Python.
///
/// It builds no tree: it walks the grammar as far as calls, definitions, scopes and statements need it, and writes what
/// it finds into flat arrays, one `ParsedChunk` for each top-level statement. Operator precedence is left out on
/// purpose: no range of a call depends on it.
///
/// Each chunk follows from the bytes behind its start alone, which is what makes incremental parsing equal to parsing
/// from scratch. So nothing here may remember anything from one chunk to the next.
struct Parser {
  /// The text, followed by at least `padding` zero bytes that lookahead may read.
  let base: UnsafePointer<UInt8>
  let count: Int
  static let padding = 16
  /// CPython's own limits are 200 brackets (`MAXLEVEL`) and 100 indentations (`MAXINDENT`); past them a source is
  /// invalid anyway, and recursion must end.
  static let maximumNesting = 220
  static let maximumBlocks = 110
  /// Bytes past the scanner's position that deciding about a token or a line may have looked at.
  static let lookahead = 16

  var cursor: Cursor
  var chunkStart: Int
  var chunk = ParsedChunk.Contents()

  /// Normalised tokens of the chunk: what digests are made of.
  var normal: [UInt8] = []
  var uses: [NameUse] = []
  var names: NameTable
  /// What a scope reads, while it is being listed.
  var loads: [FreeName] = []
  var locals = LocalNames()
  /// The parentheses that closed last.
  var group = Group()
  /// The postfix chains under way, innermost last: what calls are named by.
  var pieces: [ChainPiece] = []
  /// Insides of argument lists and subscripts of the statement, which names leave out.
  var emptied: [Range<Int>] = []

  /// Directive comments above the next statement; those before `pendingCut` have a blank line below them.
  var pending: [DirectiveComment] = []
  var pendingCut = 0
  /// Directive comments behind the tokens of the logical line.
  var trailing: [DirectiveComment] = []

  var nesting = 0
  var blocks = 0
  /// Open brackets by kind, for telling which closer is a stray.
  var open = (parens: 0, brackets: 0, braces: 0)
  /// Operands deep in arguments and the like are not assignment targets; those at `bareDepth` may be.
  var operandDepth = 0
  var bareDepth = 0
  var expressionIsChain = false
  /// Bracket depth of the replacement field under way in an f-string; -1 outside.
  var fieldDepth = -1
  var enclosing = -1
  var functionDepth = 0
  var classDepth = 0
  var examined = 0
  var firstToken = 0

  /// Set where the selection analysis wants a function's statements and names: the start of its definition.
  var detailOf: Int32 = -1
  var detail: FunctionDetail?

  init(base: UnsafePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
    cursor = Cursor()
    chunkStart = 0
    names = NameTable()
  }

  /// Parses chunks until the text ends or `stop` says that a chunk boundary is where old chunks can be taken over.
  static func chunks(
    of bytes: [UInt8], stop: (_ boundary: Int) -> Bool = { _ in false }
  ) -> (chunks: [ParsedChunk], end: Int) {
    let padded = bytes + repeatElement(0, count: padding)
    return padded.withUnsafeBufferPointer {
      chunks($0.baseAddress!, count: bytes.count, from: 0, stop: stop)  // the padding at least is there
    }
  }

  /// The same from an offset on.
  /// - Parameter base: the text with its padding.
  static func chunks(
    _ base: UnsafePointer<UInt8>, count: Int, from start: Int, stop: (_ boundary: Int) -> Bool
  ) -> (chunks: [ParsedChunk], end: Int) {
    var parser = Parser(base: base, count: count)
    parser.cursor.position = start
    var result: [ParsedChunk] = []
    while parser.cursor.position < count {
      parser.nextChunk()
      result.append(ParsedChunk(parser.chunk.copied()))
      if stop(parser.cursor.position) { break }
    }
    return (result, parser.cursor.position)
  }

  /// Parses the chunk at the cursor into `chunk` and leaves the cursor behind it.
  mutating func nextChunk() {
    chunkStart = cursor.position
    cursor = Cursor()
    cursor.position = chunkStart
    cursor.lineStart = chunkStart
    cursor.afterNewline = chunkStart
    chunk.removeAll()
    normal.removeAll(keepingCapacity: true)
    uses.removeAll(keepingCapacity: true)
    locals.removeAll()
    group = Group()
    pieces.removeAll(keepingCapacity: true)
    emptied.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    pendingCut = 0
    examined = 0
    beginLine()
    firstToken = cursor.position
    if cursor.indentation < 0 {
      cursor.afterNewline = count
      cursor.afterNewlineLine = cursor.line
    } else {
      statement()
    }
    noteExamined()
    finishChunk()
    cursor.position = cursor.afterNewline
  }

  private mutating func finishChunk() {
    let end = cursor.afterNewline
    chunk.byteCount = end - chunkStart
    chunk.lineCount = cursor.afterNewlineLine
    chunk.examined = examined == .max ? .max : examined - chunkStart
    chunk.regions.removeAll { $0.firstLine >= chunk.lineCount && end < count }
    finishModuleScope()
    chunk.digest = normal.withUnsafeBufferPointer { SHA256.digest($0) }
  }

  /// Remembers how far the scanner has looked, before it goes back.
  mutating func noteExamined() {
    examined = max(examined, cursor.sawEnd ? .max : cursor.position + Self.lookahead)
    // Looking past the end is seeing the end.
    if examined > count { examined = .max }
  }

  // MARK: Going back

  /// Everything that must be undone for parsing the same bytes once more.
  struct Mark {
    var cursor: Cursor
    var calls, callNames, definitions, freeNames, statementLines, bindings, starImports, literalCalls: Int
    var normal, uses, pieces, emptied, pending, trailing: Int
    var operandDepth, bareDepth, nesting, fieldDepth: Int
    var open: (parens: Int, brackets: Int, braces: Int)
    var detailStatements: Int
    var localTokens, localVariables, localFixed: Int
  }

  func mark() -> Mark {
    Mark(
      cursor: cursor, calls: chunk.calls.count, callNames: chunk.callNames.count,
      definitions: chunk.definitions.count, freeNames: chunk.freeNames.count,
      statementLines: chunk.statementLines.count, bindings: chunk.bindings.count,
      starImports: chunk.starImports.count, literalCalls: chunk.literalCalls.count,
      normal: normal.count, uses: uses.count, pieces: pieces.count, emptied: emptied.count, pending: pending.count,
      trailing: trailing.count, operandDepth: operandDepth, bareDepth: bareDepth, nesting: nesting,
      fieldDepth: fieldDepth, open: open, detailStatements: detail?.statements.count ?? 0,
      localTokens: locals.tokens.count, localVariables: locals.variables.count, localFixed: locals.fixed.count)
  }

  mutating func restore(_ mark: Mark) {
    noteExamined()
    // Calls are kept in order of their start; those found since stand at or behind the mark's token.
    let start = Int32(truncatingIfNeeded: mark.cursor.start - chunkStart)
    chunk.calls.removeAll { $0.span.start.offset >= start && $0.nameStart >= mark.callNames }
    chunk.callNames.truncate(to: mark.callNames)
    chunk.definitions.truncate(to: mark.definitions)
    chunk.freeNames.truncate(to: mark.freeNames)
    chunk.statementLines.truncate(to: mark.statementLines)
    chunk.bindings.truncate(to: mark.bindings)
    chunk.starImports.truncate(to: mark.starImports)
    chunk.literalCalls.truncate(to: mark.literalCalls)
    normal.truncate(to: mark.normal)
    uses.truncate(to: mark.uses)
    locals.tokens.truncate(to: mark.localTokens)
    locals.variables.truncate(to: mark.localVariables)
    locals.fixed.truncate(to: mark.localFixed)
    pieces.truncate(to: mark.pieces)
    emptied.truncate(to: mark.emptied)
    pending.truncate(to: mark.pending)
    trailing.truncate(to: mark.trailing)
    detail?.statements.truncate(to: mark.detailStatements)
    (operandDepth, bareDepth, nesting, fieldDepth) =
      (mark.operandDepth, mark.bareDepth, mark.nesting, mark.fieldDepth)
    open = mark.open
    group = Group()
    let sawEnd = cursor.sawEnd
    cursor = mark.cursor
    cursor.sawEnd = sawEnd
  }

  /// Parses a logical line. If a bracket turns out to be left open, the line is parsed again with its end where the
  /// next statement most likely begins (`Cursor.candidate`).
  mutating func recovering<Result>(_ parse: (inout Parser) -> Result) -> Result {
    cursor.recovered = false
    cursor.candidate = -1
    let mark = mark()
    var result = parse(&self)
    if cursor.recovered, cursor.candidate >= 0 {
      let limit = cursor.candidate
      restore(mark)
      cursor.limit = limit
      result = parse(&self)
      cursor.limit = .max
    }
    cursor.recovered = false
    cursor.depth = 0
    return result
  }

  // MARK: Places

  var tokenPlace: Place {
    place(cursor.start, line: cursor.startLine, lineStart: cursor.startLineStart)
  }

  /// End of the last token before the current one.
  var previousEnd: Place {
    place(cursor.previousEnd, line: cursor.previousEndLine, lineStart: cursor.previousEndLineStart)
  }

  func place(_ offset: Int, line: Int, lineStart: Int) -> Place {
    Place(
      offset: Int32(truncatingIfNeeded: offset - chunkStart), line: Int32(truncatingIfNeeded: line),
      column: Int32(truncatingIfNeeded: offset - lineStart))
  }

  func text(_ start: Int, _ end: Int) -> String {
    String(decoding: UnsafeBufferPointer(start: base + start, count: max(end - start, 0)), as: UTF8.self)
  }

  func tokenIs(_ word: StaticString) -> Bool {
    isWord(word, at: cursor.start, end: cursor.position)
  }

  func isWord(_ word: StaticString, at start: Int, end: Int) -> Bool {
    guard end - start == word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount where base[start + index] != word.utf8Start[index] { return false }
    return true
  }
}

extension Array {
  mutating func truncate(to count: Int) {
    if self.count > count { removeLast(self.count - count) }
  }
}
