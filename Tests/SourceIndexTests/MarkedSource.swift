import SourceIndex

/// Source text with markers such as `<|here|>` in it, which are taken out and remembered as positions.
struct MarkedSource {
  let text: SourceText
  private var positions: [String: Position] = [:]

  init(_ marked: String) {
    var plain = ""
    var rest = marked[...]
    while let open = rest.range(of: "<|"), let close = rest.range(of: "|>") {
      plain += rest[..<open.lowerBound]
      positions[String(rest[open.upperBound..<close.lowerBound])] = SourceText(plain).position(of: plain.utf8.count)
      rest = rest[close.upperBound...]
    }
    text = SourceText(plain + rest)
  }

  subscript(_ name: String) -> Position { positions[name] ?? Position(line: -1, column: -1) }

  func range(_ start: String, _ end: String) -> SourceRange { SourceRange(start: self[start], end: self[end]) }
}

extension Substring {
  fileprivate func range(of part: String) -> Range<Substring.Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) { return index..<self.index(index, offsetBy: part.count) }
      index = self.index(after: index)
    }
    return nil
  }
}

func ops(_ source: String) -> [Op] { IndexedDocument(text: SourceText(source)).ops }
