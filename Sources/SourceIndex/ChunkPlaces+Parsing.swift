extension ChunkPlaces {
  /// Parses a window of a text which begins where the chunk `first` did, up to its end or to the first boundary at
  /// which an old chunk can be taken over. `unchanged` gives the old chunk that begins at a boundary, if there is one and the
  /// edit lies in front of it; `next` is the one that is taken over.
  typealias Parse<Fresh> = (
    _ window: [UInt8], _ first: Int, _ unchanged: (_ boundary: Int) -> Int?
  ) -> (fresh: [Fresh], end: Int, next: Int?)

  /// Parses what has to be after the bytes of a range were replaced, which made the text longer by `growth`: from the
  /// first chunk that looked at what was edited, up to where a chunk begins that did not change.
  func parsing<Fresh: Chunk>(
    _ range: Range<Int>, _ growth: Int, _ text: SourceText, _ parse: Parse<Fresh>
  ) -> (touched: Range<Int>, fresh: [Fresh], bytesParsed: Int) {
    var bytesParsed = 0
    let count = reaches.count
    let first = reaches.firstIndex { $0 >= range.lowerBound } ?? count
    let start = bytes[first]
    let unchanged = bytes.partitioningIndex { $0 >= range.upperBound }
    // Most often the next chunk's first line is all that is needed beyond the edit.
    var windowEnd = bytes[min(unchanged + 1, count)] + growth + 256
    while true {
      windowEnd = min(windowEnd, text.count)
      let (fresh, end, next) = parse(text.bytes(in: start..<windowEnd), first) { boundary in
        let old = boundary + start - growth
        guard old >= range.upperBound else { return nil }
        let index = bytes.partitioningIndex { $0 >= old }
        return index < count && bytes[index] == old ? index : nil
      }
      bytesParsed += end
      // What was cut off may belong to any chunk that saw the window's end.
      let isComplete = windowEnd == text.count || next != nil && fresh.allSatisfy { $0.examined != .max }
      if isComplete { return (first..<max(next ?? count, first), fresh, bytesParsed) }
      windowEnd = start + (windowEnd - start) * 4
    }
  }
}
