public import SourceIndex

/// Where a generated block goes: right below its op, or in the place of the op's earlier block.
public enum Replacement {
  public struct Edit: Sendable, Hashable {
    public var range: SourceRange
    public var newText: String
  }

  /// The one edit that applies `block` (marker lines included).
  public static func edit(for op: Op, in document: IndexedDocument, block: String) -> Edit {
    let block = block.hasSuffix("\n") ? block : block + "\n"
    if let region = op.generatedRegion { return Edit(range: region, newText: block) }
    let text = document.text
    let blank = String(repeating: "\n", count: blankLines)
    let place = Position(line: op.insertionLine, column: 0)
    if op.insertionLine < text.lineCount {
      return Edit(range: SourceRange(start: place, end: place), newText: blank + block)
    }
    // The op ends with the file, and the file without a line end.
    let end = text.position(of: text.utf8.count)
    return Edit(range: SourceRange(start: end, end: end), newText: "\n" + blank + block)
  }

  /// The one edit that takes an op's generated block out again, and the blank lines that came with it; nil where there is
  /// none.
  public static func removal(for op: Op, in document: IndexedDocument) -> Edit? {
    guard var range = op.generatedRegion else { return nil }
    let above = max(range.start.line - blankLines, 0)..<range.start.line
    if range.start.column == 0, above.count == blankLines,
      above.allSatisfy({ document.text.line($0).allSatisfy(\.isWhitespace) })
    {
      range.start = Position(line: above.lowerBound, column: 0)
    }
    return Edit(range: range, newText: "")
  }

  /// Between an op and its block.
  private static let blankLines = 2
}
