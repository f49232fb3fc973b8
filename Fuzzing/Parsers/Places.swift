/// What must hold of the ops of every document.
func checkPlaces(_ document: IndexedDocument) {
  let text = document.text
  for op in document.ops {
    let ranges =
      [op.range, op.fullRange, op.nameRange] + op.calls.map(\.range) + op.parameterDeclarations.map(\.range)
      + (op.directive.map { [$0.range] + $0.problems.map(\.range) } ?? []) + [op.generatedRegion].compactMap(\.self)
    for range in ranges {
      require(range.start <= range.end, "\(op.name): a range that ends before it starts")
      require(range.start.line >= 0 && range.end.line < text.lineCount, "\(op.name): a range outside of the text")
      require(
        isInLine(range.start, text) && isInLine(range.end, text), "\(op.name): \(range) is no range of its lines")
    }
    require(op.fullRange.contains(op.range) && op.range.contains(op.nameRange), "\(op.name): ranges don't nest")
    require(document.op(at: op.nameRange.start) != nil, "\(op.name): not found at its own name")
    require(op.fingerprint.utf8.count == 32, "\(op.name): a fingerprint of another length")
    _ = (op.statementLines, IndexedDocument.suggestedDirective(for: op))
  }
  for encoding in PositionEncoding.allCases {
    for op in document.ops {
      let character = text.character(of: op.nameRange.start, encoding: encoding)
      let back = text.position(line: op.nameRange.start.line, character: character, encoding: encoding)
      require(back == op.nameRange.start, "\(op.name): \(encoding) does not lead back")
    }
  }
}

private func isInLine(_ position: Position, _ text: SourceText) -> Bool {
  position.column >= 0 && position.column <= text.lineRange(position.line).count
}
