extension IndexedDocument {
  /// Some lines of the document as a document of its own, such as a notebook's cell: the ops that begin in it, at the
  /// places that they have in it, with the meaning that the whole document gives them.
  ///
  /// `text` is what stands in the part: line for line and column for column as in the whole. The part can't be edited;
  /// edit the whole and take the part anew.
  public func part(lines: Range<Int>, text: SourceText) -> IndexedDocument {
    let first = ops.partitioningIndex { $0.range.start.line >= lines.lowerBound }
    let end = ops.partitioningIndex { $0.range.start.line >= lines.upperBound }
    return IndexedDocument(
      text: text, language: language, index: index,
      ops: ops[first..<max(first, end)].map { $0.shifted(byLines: -lines.lowerBound) })
  }
}

extension Op {
  fileprivate func shifted(byLines lines: Int) -> Op {
    Op(
      content: content, firstLine: firstLine + lines,
      generatedRegion: generatedRegion.map { $0.shifted(byLines: lines) })
  }
}
