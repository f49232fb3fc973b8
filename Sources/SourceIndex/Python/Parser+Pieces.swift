extension Parser {
  /// Shorter texts are parsed in less time than it takes to wake a thread up.
  static let leastBytesForPieces = 128 << 10
  /// A processor that comes late to the work, or is taken away for a while, takes fewer of them.
  private static let pieceCount = 12

  /// All chunks of a text, long texts in pieces side by side.
  ///
  /// A chunk follows from the bytes behind its start alone, so parsing may begin anywhere that turns out to be a boundary
  /// between chunks. Where a piece's start doesn't (it lay in a string, say), what was parsed from there is of no use, and
  /// the piece before it goes on.
  static func allChunks(of text: SourceText) -> [ParsedChunk] {
    let count = text.count
    let bytes = text.bytes(in: 0..<count, padding: padding)
    let edges = [0] + (count < leastBytesForPieces ? [] : likelyBoundaries(in: bytes[..<count])) + [count]
    return bytes.withUnsafeBufferPointer { bytes in
      nonisolated(unsafe) let base = bytes.baseAddress!  // nobody writes there; the padding at least is there
      @Sendable func piece(from start: Int, to end: Int) -> (chunks: [ParsedChunk], end: Int) {
        chunks(base, count: count, from: start) { $0 >= end }
      }
      let pieces = Concurrent.map(edges.count - 1) { piece(from: edges[$0], to: edges[$0 + 1]) }
      var result: [ParsedChunk] = []
      var position = 0
      while position < count {
        let next = edges.partitioningIndex { $0 > position }
        let made = edges[next - 1] == position ? pieces[next - 1] : piece(from: position, to: edges[next])
        result += made.chunks
        position = made.end
      }
      return result
    }
  }

  /// Starts of lines near equal parts of the text that look like the first of a definition with blank lines above it.
  private static func likelyBoundaries(in bytes: ArraySlice<UInt8>) -> [Int] {
    let newline = UInt8(ascii: "\n")
    let words = ["class ", "def ", "async ", "@"].map { Array($0.utf8) }
    var result: [Int] = []
    for part in 1..<pieceCount {
      var line = max(bytes.count / pieceCount * part, (result.last ?? 0) + 1)
      let limit = min(bytes.count, line + bytes.count / pieceCount)
      while line < limit {
        guard let end = bytes[line..<limit].firstIndex(of: newline) else { break }
        line = end + 1
        // A chunk begins with the blank lines above its statement.
        var text = line
        while text < limit, bytes[text] == newline { text += 1 }
        if text > line, words.contains(where: { bytes[text...].starts(with: $0) }) {
          result.append(line)
          break
        }
        line = text
      }
    }
    return result
  }
}
