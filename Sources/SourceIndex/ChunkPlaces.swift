/// Some whole lines of a file that are parsed by themselves. All that is known of them is relative to where they begin.
protocol Chunk: Sendable {
  var byteCount: Int { get }
  /// Line terminators in the chunk.
  var lineCount: Int { get }
  /// Bytes from the chunk's start that parsing it looked at; `Int.max` if it looked at the end of the text.
  var examined: Int { get }
}

/// Where the chunks of a file lie. Numbers side by side: an edit moves all behind it, which for these takes microseconds
/// however long the file is, where looking into every chunk would not.
struct ChunkPlaces: Sendable {
  /// First byte of each chunk, and after them the byte behind the last.
  private(set) var bytes: [Int] = [0]
  /// First line of each chunk, and after them the line behind the last.
  private(set) var lines: [Int] = [0]
  /// The byte behind the last that parsing each chunk looked at; `Int.max` if it looked at the text's end.
  private(set) var reaches: [Int] = []

  init(_ chunks: some Collection<some Chunk>) {
    append(chunks)
  }

  private mutating func append(_ chunks: some Collection<some Chunk>) {
    for chunk in chunks {
      let start = bytes[bytes.count - 1]
      reaches.append(chunk.examined == .max ? .max : start + chunk.examined)
      bytes.append(start + chunk.byteCount)
      lines.append(lines[lines.count - 1] + chunk.lineCount)
    }
  }

  /// The places after some chunks were replaced.
  func replacing(_ touched: Range<Int>, with fresh: [some Chunk]) -> ChunkPlaces {
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
