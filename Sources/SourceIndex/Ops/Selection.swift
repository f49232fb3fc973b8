extension IndexedDocument {
  /// Selected statements as an op: nil unless the range covers whole statements of one block inside an op. Blanks and
  /// comments around them may be selected too.
  public func selection(_ range: SourceRange) -> Op? {
    guard let outer = op(at: range.start), outer.fullRange.contains(range.end), outer.kind != .selection,
      let (function, name) = function(of: outer, around: range),
      let detail = Parser.detail(of: function, in: outer.content.chunk, text: text, firstLine: outer.firstLine),
      let chosen = SelectedStatements(range, detail, firstLine: outer.firstLine, text: text)
    else { return nil }
    let flow = DataFlow(detail: detail, selected: chosen.indices)
    let first = detail.statements[chosen.indices.lowerBound].span
    let last = detail.statements[chosen.last].span
    let span = Span(start: first.start, end: last.end)
    let lines = span.range(at: outer.firstLine)
    var bytes = Array(outer.fingerprint.utf8)
    bytes += Array("\(chosen.indices)".utf8)
    bytes +=
      detail.normal[
        detail.statements[chosen.indices.lowerBound].normal
          .lowerBound..<detail.statements[chosen.last].normal.upperBound]
    let all = outer.content.chunk.contents.statementLines
    let lower = all.firstIndex { $0.lowerBound >= first.start.line } ?? all.count
    let upper = all.lastIndex { $0.lowerBound <= last.end.line } ?? lower
    let content = OpContent(
      name: "\(name):\(lines.start.line + 1)-\(lines.end.line + 1)", kind: .selection, span: span,
      fullStart: span.start, nameSpan: span, parameters: flow.liveIn, results: flow.results,
      inputSource: outer.inputSource, directive: nil, fingerprint: SHA256.digest(bytes),
      statementLines: lower..<max(lower, upper + 1),
      indentation: String(text.line(lines.start.line).prefix { $0 == " " || $0 == "\t" }),
      tensorParameters: [], constructorArguments: nil, chunk: outer.content.chunk)
    return Op(content: content, firstLine: outer.firstLine, generatedRegion: nil)
  }

  /// The function that a selection inside an op stands in: the op itself, or the outermost method around it.
  private func function(of op: Op, around range: SourceRange) -> (DefinitionRecord, String)? {
    let chunk = op.content.chunk
    for (index, record) in chunk.contents.definitions.enumerated()
    where record.kind == .function && !record.isLocal {
      let span = record.span.range(at: op.firstLine)
      if span.start <= range.start,
        range.end <= span.end || range.end.column == 0 && range.end.line <= span.end.line + 1
      {
        return (record, chunk.qualifiedName(index))
      }
    }
    return nil
  }
}

extension Parser {
  /// A function's statements and names in full, by parsing its chunk once more.
  static func detail(
    of function: DefinitionRecord, in chunk: ParsedChunk, text: SourceText, firstLine: Int
  ) -> FunctionDetail? {
    let start = text.offset(of: Position(line: firstLine, column: 0))
    let count = min(chunk.contents.byteCount, text.count - start)
    let bytes = text.bytes(in: start..<start + count, padding: padding)
    return bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var parser = Parser(base: base, count: count)
      parser.detail = FunctionDetail()
      parser.detailOf = function.span.start.offset
      parser.nextChunk()
      return parser.detail
    }
  }
}

/// Whole statements of one block that a range covers.
struct SelectedStatements {
  /// Indices in the function's statements, those nested in the selected ones included.
  let indices: Range<Int>
  /// The last statement of the block that is selected.
  let last: Int

  init?(_ range: SourceRange, _ detail: FunctionDetail, firstLine: Int, text: SourceText) {
    var first: Int?
    var last = -1
    var end = -1
    for (index, statement) in detail.statements.enumerated() {
      let span = statement.span.range(at: firstLine)
      let isInside = range.start <= span.start && span.end <= range.end
      if let first {
        if detail.statements[index].parent == detail.statements[first].parent {
          if isInside {
            (last, end) = (index, index)
          } else if span.start < range.end {
            return nil
          }
        } else if Self.descends(index, from: first..<last + 1, detail) {
          end = index
        } else if span.start < range.end {
          return nil
        }
      } else if isInside {
        first = index
        (last, end) = (index, index)
      } else if span.start < range.end, range.start < span.end, range.start > span.start || range.end < span.end,
        !detail.statements.indices.contains(where: { detail.statements[$0].parent == index })
      {
        // Part of a simple statement.
        return nil
      }
    }
    guard let first, !detail.statements[first].isClause else { return nil }
    // What is selected besides must be blank.
    let start = detail.statements[first].span.start.position(at: firstLine)
    guard
      text.string(in: SourceRange(start: range.start, end: start)).allSatisfy(\.isWhitespace)
        || range.start.line < start.line && Self.isTrivia(text, range.start, start)
    else { return nil }
    indices = first..<end + 1
    self.last = last
  }

  private static func descends(_ index: Int, from selected: Range<Int>, _ detail: FunctionDetail) -> Bool {
    var at = detail.statements[index].parent
    while at >= selected.lowerBound {
      if selected.contains(at) { return true }
      at = detail.statements[at].parent
    }
    return false
  }

  private static func isTrivia(_ text: SourceText, _ start: Position, _ end: Position) -> Bool {
    (start.line..<end.line).allSatisfy { number in
      let line = text.line(number).drop { $0 == " " || $0 == "\t" }
      return line.isEmpty || line.first == "#"
    }
  }
}
