/// The code cells of a notebook as one program in their order, and each cell as a part of it.
public struct NotebookProgram: Sendable {
  /// The program: the cells' lines one after the other, with what is no Python in them made into comments.
  public private(set) var document = IndexedDocument(text: SourceText(""))
  /// As the editor has them.
  public private(set) var cells: [SourceText] = []
  private var firstLines: [Int] = [0]

  public init() {}

  /// Replaces some cells by others. Parses what was replaced, and no more than an edit would.
  public mutating func replace(_ range: Range<Int>, with texts: [SourceText]) {
    let range = range.clamped(to: 0..<cells.count)
    let program = texts.map { Self.python(in: $0) + "\n" }.joined()
    document = document.editing(
      SourceRange(
        start: Position(line: firstLines[range.lowerBound], column: 0),
        end: Position(line: firstLines[range.upperBound], column: 0)), with: program)
    cells.replaceSubrange(range, with: texts)
    firstLines = [0]
    for cell in cells { firstLines.append(firstLines[firstLines.count - 1] + cell.lineCount) }
  }

  /// A cell as a document: its text, and the ops in it as the whole program means them.
  public func cell(_ index: Int) -> IndexedDocument {
    document.part(lines: firstLines[index]..<firstLines[index + 1], text: cells[index])
  }

  /// A cell's text with IPython's magics and shell lines as comments of the same width. A cell magic takes the whole cell
  /// away unless what follows it is Python all the same.
  private static func python(in cell: SourceText) -> String {
    var lines = (0..<cell.lineCount).map(cell.line)
    let first = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    let magic = first.hasPrefix("%%") ? String(first.dropFirst(2).prefix { !$0.isWhitespace }) : nil
    let isForeign = magic.map { !["time", "timeit", "capture", "prun"].contains($0) } ?? false
    for index in lines.indices {
      let indentation = lines[index].prefix { $0 == " " || $0 == "\t" }
      let rest = lines[index].dropFirst(indentation.count)
      guard isForeign || rest.first == "%" || rest.first == "!" || rest.first == "?" else { continue }
      lines[index] = rest.isEmpty ? "" : indentation + "#" + rest.dropFirst()
    }
    return lines.joined(separator: "\n")
  }
}
