extension Parser {
  /// Shorter texts are parsed in less time than it takes to wake a thread up.
  static let leastBytesForPieces = 128 << 10
  private static let pieceCount = 4

  /// All chunks of a text, long texts in pieces side by side.
  ///
  /// A chunk follows from the bytes behind its start alone, so parsing may begin anywhere that turns out to be a boundary
  /// between chunks. Where a piece's start doesn't (it lay in a string, say), what was parsed from there is of no use, and
  /// the piece before it goes on.
  static func allChunks(of bytes: [UInt8]) -> [ParsedChunk] {
    let starts = bytes.count < leastBytesForPieces ? [] : likelyBoundaries(in: bytes)
    guard !starts.isEmpty else { return chunks(of: bytes).chunks }
    let edges = [0] + starts + [bytes.count]
    return withPadding(bytes) { base in
      nonisolated(unsafe) let base = base  // nobody writes there
      @Sendable func piece(from start: Int, to end: Int) -> (chunks: [ParsedChunk], end: Int) {
        chunks(base, count: bytes.count, from: start) { $0 >= end }
      }
      let pieces = Concurrent.map(edges.count - 1) { piece(from: edges[$0], to: edges[$0 + 1]) }
      var result: [ParsedChunk] = []
      var position = 0
      while position < bytes.count {
        let next = edges.partitioningIndex { $0 > position }
        let made = edges[next - 1] == position ? pieces[next - 1] : piece(from: position, to: edges[next])
        result += made.chunks
        position = made.end
      }
      return result
    }
  }

  /// Starts of lines near equal parts of the text that look like the first of a definition with blank lines above it.
  private static func likelyBoundaries(in bytes: [UInt8]) -> [Int] {
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
