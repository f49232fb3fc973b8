/// Lines between statements: indentation, comments, directives and generated regions.
extension Parser {
  /// Skips blank lines, comments and generated regions up to the next line with a token, and measures its indentation
  /// (-1 at the end of the text). Does nothing if that line was reached before.
  mutating func beginLine() {
    guard !cursor.lineBegun else { return }
    cursor.lineBegun = true
    var at = cursor.position
    pending.removeAll(keepingCapacity: true)
    pendingCut = 0
    while true {
      // A byte order mark in front of the first line.
      if at == chunkStart, base[at] == 0xEF, base[at + 1] == 0xBB, base[at + 2] == 0xBF { at += 3 }
      var column = 0
      while true {
        if Ascii.isBlank(base[at]) {
          column = Byte.column(after: base[at], column)
          at += 1
        } else if base[at] == Ascii.backslash, Ascii.isLineEnd(base[at + 1]) {
          // A joined line takes the indentation of its first part.
          at = terminatorEnd(at + 1)
          cursor.line += 1
          cursor.lineStart = at
          while Ascii.isBlank(base[at]) { at += 1 }
        } else {
          break
        }
      }
      if base[at] == Ascii.hash {
        at = commentLine(at)
      } else if Ascii.isLineEnd(base[at]) {
        pendingCut = pending.count
      } else if at >= count {
        cursor.sawEnd = true
        cursor.indentation = -1
        cursor.position = count
        return
      } else {
        cursor.indentation = column
        cursor.position = at
        return
      }
      if at >= count { continue }
      at = terminatorEnd(at)
      cursor.line += 1
      cursor.lineStart = at
    }
  }

  /// Takes in a comment that has its line to itself; gives the end of that line, or of the region that it opens.
  private mutating func commentLine(_ at: Int) -> Int {
    var end = at
    while !Ascii.isLineEnd(base[end]), end < count { end += 1 }
    guard let text = directiveText(at, end) else { return end }
    if let name = GeneratedMarker.name(in: text, .begin) {
      if let last = endOfRegion(name, from: end) {
        let first = cursor.line
        while end < last {
          if Ascii.isLineEnd(base[end]) {
            end = terminatorEnd(end)
            cursor.line += 1
            cursor.lineStart = end
          } else {
            end += 1
          }
        }
        chunk.regions.append(GeneratedRegion(name: name, firstLine: first, lastLine: cursor.line))
        pendingCut = pending.count
        return end
      }
    } else if GeneratedMarker.name(in: text, .end) == nil {
      pending.append(directiveComment(at, end))
    }
    return end
  }

  /// The comment's text from `#` on if it is one of ours, else nil.
  func directiveComment(_ start: Int, _ end: Int) -> DirectiveComment {
    DirectiveComment(
      place: place(start, line: cursor.line, lineStart: cursor.lineStart),
      bytes: Array(UnsafeBufferPointer(start: base + start, count: end - start)))
  }

  func directiveText(_ start: Int, _ end: Int) -> String? {
    var at = start + 1
    while at < end, base[at] == Ascii.space || base[at] == Ascii.tab { at += 1 }
    let word: StaticString = "kernelwright:"
    guard base[at] == word.utf8Start[0], end - at >= word.utf8CodeUnitCount,
      isWord(word, at: at, end: at + word.utf8CodeUnitCount)
    else { return nil }
    return text(start, end)
  }

  /// End of the line that closes a generated region. Looks through the rest of the text when there is none.
  private mutating func endOfRegion(_ name: String, from start: Int) -> Int? {
    var at = start
    while at < count {
      let lineStart = terminatorEnd(at)
      var first = lineStart
      while first < count, Ascii.isBlank(base[first]) { first += 1 }
      at = first
      while at < count, !Ascii.isLineEnd(base[at]) { at += 1 }
      if first < count, base[first] == Ascii.hash, let text = directiveText(first, at),
        GeneratedMarker.name(in: text, .end) == name
      {
        return at
      }
    }
    cursor.sawEnd = true
    noteExamined()
    return nil
  }
}

/// The comment lines around a generated block: `# kernelwright: begin generated NAME` and `… end generated NAME`.
enum GeneratedMarker: String {
  case begin, end

  static func name(in comment: String, _ marker: GeneratedMarker) -> String? {
    let words = comment.drop { $0 == "#" || $0 == " " || $0 == "\t" }.split { $0 == " " || $0 == "\t" }
    guard words.count == 4, words[0] == "kernelwright:", words[1] == marker.rawValue, words[2] == "generated" else {
      return nil
    }
    return String(words[3])
  }
}
