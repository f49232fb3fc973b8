/// The statements and names of one function, in full: what a selection in it is worked out from.
struct FunctionDetail: Sendable {
  struct Statement: Sendable {
    var span: Span
    /// Index of the enclosing statement; -1 in the function's own body.
    var parent: Int
    /// Part of the normalised text.
    var normal: Range<Int>
    var isDocstring = false
    /// `else` and the like: part of the statement around it.
    var isClause = false
  }

  var statements: [Statement] = []
  var uses: [NameUse] = []
  /// Names by index in `uses`.
  var names: [String] = []
  var normal: [UInt8] = []
  /// Innermost statement being parsed.
  var current = -1
}

extension Parser {
  /// Sets off on a statement, if this is the function to be looked at; gives what `endDetail` needs.
  mutating func beginDetail(isClause: Bool = false) -> Int? {
    guard var detail, enclosing >= 0, isInDetail else { return nil }
    let index = detail.statements.count
    let start = tokenPlace
    detail.statements.append(
      FunctionDetail.Statement(
        span: Span(start: start, end: start), parent: detail.current, normal: normal.count..<normal.count,
        isClause: isClause))
    detail.current = index
    self.detail = detail
    return index
  }

  mutating func endDetail(_ begun: Int?, _ isDocstring: Bool) {
    guard let begun, var detail else { return }
    var statement = detail.statements[begun]
    statement.span.end = previousEnd
    statement.normal = statement.normal.lowerBound..<max(normal.count, statement.normal.lowerBound)
    statement.isDocstring = isDocstring
    detail.statements[begun] = statement
    detail.current = statement.parent
    self.detail = detail
  }

  private var isInDetail: Bool {
    var index = enclosing
    while index >= 0 {
      if chunk.definitions[index].span.start.offset == detailOf { return true }
      index = chunk.definitions[index].parent
    }
    return false
  }

  /// At the end of the function to be looked at, before its scope is closed.
  mutating func keepDetail(of index: Int, from start: Int) {
    guard detail != nil, chunk.definitions[index].span.start.offset == detailOf else { return }
    let uses = Array(self.uses[start...])
    let names = uses.map { name($0) }
    detail?.uses = uses
    detail?.names = names
    detail?.normal = normal
  }
}
