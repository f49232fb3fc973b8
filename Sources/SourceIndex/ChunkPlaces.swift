/// Where the chunks of a file lie. Numbers side by side: an edit moves all behind it, which for these takes microseconds
/// however long the file is, where looking into every chunk would not.
struct ChunkPlaces: Sendable {
  /// First byte of each chunk, and after them the byte behind the last.
  private(set) var bytes: [Int] = [0]
  /// First line of each chunk, and after them the line behind the last.
  private(set) var lines: [Int] = [0]
  /// The byte behind the last that parsing each chunk looked at; `Int.max` if it looked at the text's end.
  private(set) var reaches: [Int] = []

  init(_ chunks: [ParsedChunk]) {
    append(chunks)
  }

  private mutating func append(_ chunks: [ParsedChunk]) {
    for contents in chunks.lazy.map(\.contents) {
      let start = bytes[bytes.count - 1]
      reaches.append(contents.examined == .max ? .max : start + contents.examined)
      bytes.append(start + contents.byteCount)
      lines.append(lines[lines.count - 1] + contents.lineCount)
    }
  }

  /// The places after some chunks were replaced.
  func replacing(_ touched: Range<Int>, with fresh: [ParsedChunk]) -> ChunkPlaces {
    var result = self
    result.bytes.truncate(to: touched.lowerBound + 1)
    result.lines.truncate(to: touched.lowerBound + 1)
    result.reaches.truncate(to: touched.lowerBound)
    result.append(fresh)
    let byteGrowth = result.bytes[result.bytes.count - 1] - bytes[touched.upperBound]
    let lineGrowth = result.lines[result.lines.count - 1] - lines[touched.upperBound]
    result.bytes += bytes[(touched.upperBound + 1)...].map { $0 + byteGrowth }
    result.lines += lines[(touched.upperBound + 1)...].map { $0 + lineGrowth }
    result.reaches += reaches[touched.upperBound...].map { $0 == .max ? .max : $0 + byteGrowth }
    return result
  }

  /// The chunk that a line lies in, or the last one.
  func chunk(atLine line: Int) -> Int {
    min(lines.partitioningIndex { $0 > line }, lines.count - 1) - 1
  }
}
