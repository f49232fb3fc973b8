/// The calls in a kernel's body: `expf(x)`, `tile::load<4>(p)`, `s.data()`.
struct CCalls {
  let file: CTokens
  let body: Range<Int>

  func append(to contents: inout ParsedChunk.Contents) {
    for open in body where file.tokens[open].byte == 0x28 {
      guard let start = callee(before: open), !Self.keywords.contains(file.string(start.last)) else { continue }
      let end = file.end(of: open)
      let name = (start.first...start.last).map(file.string).joined()
      contents.calls.append(
        CallRecord(
          span: Span(start: file.tokens[start.first].startPlace, end: file.tokens[end - 1].endPlace),
          nameStart: Int32(truncatingIfNeeded: contents.callNames.count),
          nameLength: Int32(truncatingIfNeeded: name.utf8.count)))
      contents.callNames.append(contentsOf: name.utf8)
    }
    contents.calls.sort { $0.span.start.offset < $1.span.start.offset }
  }

  /// Words joined by `::`, `.` and `->` in front of a bracket.
  private func callee(before open: Int) -> (first: Int, last: Int)? {
    guard open > body.lowerBound, file.tokens[open - 1].kind == .word else { return nil }
    var first = open - 1
    while first - 2 > body.lowerBound, file.tokens[first - 2].kind == .word, isJoint(first - 1) { first -= 2 }
    return (first, open - 1)
  }

  private func isJoint(_ index: Int) -> Bool {
    let token = file.tokens[index]
    return token.kind == .punctuation && (token.byte == 0x2E || token.end - token.start == 2)
  }

  private static let keywords: Set<String> = [
    "if", "for", "while", "switch", "return", "sizeof", "alignof", "decltype", "catch", "static_cast", "do", "else",
    "__attribute__", "defined", "noexcept", "throw", "typeof",
  ]
}
