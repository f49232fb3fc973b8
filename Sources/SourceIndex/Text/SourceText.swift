/// An immutable snapshot of a text. Snapshots made by `replacing` share what the edit did not touch, so an edit costs
/// what it touches plus a short walk over the list of blocks.
///
/// Lines end at `\n`, `\r\n` and `\r` (as in LSP and in Python). No call traps: positions and offsets are clamped.
public struct SourceText: Sendable {
  private let blocks: [TextBlock]
  /// First byte of each block in the whole text, and after them the size of the text.
  private let blockOffsets: [Int]
  /// First line of each block, and after them the number of line terminators, less one if the text ends without one.
  private let blockLines: [Int]

  public init(_ string: String) {
    var string = string
    self = string.withUTF8 { SourceText(blocks: TextBlock.split($0)) }
  }

  public init(utf8: [UInt8]) {
    self = utf8.withUnsafeBufferPointer { SourceText(blocks: TextBlock.split($0)) }
  }

  private init(blocks: [TextBlock]) {
    self.blocks = blocks
    var offsets: [Int] = []
    var lines: [Int] = []
    offsets.reserveCapacity(blocks.count + 1)
    lines.reserveCapacity(blocks.count + 1)
    var offset = 0
    var line = 0
    for block in blocks {
      offsets.append(offset)
      lines.append(line)
      offset += block.bytes.count
      line += block.lineStarts.count
    }
    offsets.append(offset)
    lines.append(line)
    blockOffsets = offsets
    blockLines = lines
  }

  /// Number of bytes.
  public var count: Int { blockOffsets[blocks.count] }

  /// Number of lines; a text that ends with a terminator has an empty last line, the empty text has one line.
  public var lineCount: Int {
    guard let last = blocks.last else { return 1 }
    return blockLines[blocks.count] + (last.endsWithTerminator ? 1 : 0)
  }

  public var utf8: [UInt8] { bytes(in: 0..<count) }

  public var string: String { String(decoding: utf8, as: UTF8.self) }

  /// A copy of part of the text, and so many zero bytes behind it; the range is clamped.
  public func bytes(in range: Range<Int>, padding: Int = 0) -> [UInt8] {
    let lower = min(max(range.lowerBound, 0), count)
    let upper = min(max(range.upperBound, lower), count)
    var result: [UInt8] = []
    result.reserveCapacity(upper - lower + padding)
    var index = lower < upper ? blockIndex(ofOffset: lower) : blocks.count
    while index < blocks.count, blockOffsets[index] < upper {
      let start = max(lower - blockOffsets[index], 0)
      let end = min(upper - blockOffsets[index], blocks[index].bytes.count)
      result.append(contentsOf: blocks[index].bytes[start..<end])
      index += 1
    }
    if padding > 0 { result.append(contentsOf: repeatElement(0, count: padding)) }
    return result
  }

  /// Text of a range; the range is clamped.
  public func string(in range: SourceRange) -> String {
    let start = offset(of: range.start)
    return String(decoding: bytes(in: start..<max(start, offset(of: range.end))), as: UTF8.self)
  }

  /// Byte offset of a position; lines and columns outside the text are clamped, a column past the end of its line to
  /// the end of the line, in front of the terminator.
  public func offset(of position: Position) -> Int {
    if position.line < 0 { return 0 }
    if position.line >= lineCount { return count }
    let line = lineRange(position.line)
    return min(line.lowerBound + max(position.column, 0), line.upperBound)
  }

  /// Position of a byte offset; clamped. An offset between `\r` and `\n` is the end of the line.
  public func position(of offset: Int) -> Position {
    let offset = min(max(offset, 0), count)
    guard let last = blocks.last else { return Position(line: 0, column: 0) }
    if offset == count, last.endsWithTerminator { return Position(line: lineCount - 1, column: 0) }
    let index = blockIndex(ofOffset: min(offset, count - 1))
    let relative = offset - blockOffsets[index]
    let starts = blocks[index].lineStarts
    var low = 0
    var high = starts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if Int(starts[middle]) <= relative { low = middle } else { high = middle }
    }
    let line = blockLines[index] + low
    let range = lineRange(line)
    return Position(line: line, column: min(offset, range.upperBound) - range.lowerBound)
  }

  /// A line without its terminator; empty when there is no such line.
  public func line(_ number: Int) -> String {
    guard number >= 0, number < lineCount else { return "" }
    return String(decoding: bytes(in: lineRange(number)), as: UTF8.self)
  }

  /// The text with a range (clamped; its ends in either order) replaced.
  public func replacing(_ range: SourceRange, with replacement: String) -> SourceText {
    let first = offset(of: min(range.start, range.end))
    let last = offset(of: max(range.start, range.end))
    return replacing(first..<last, with: replacement)
  }

  func replacing(_ range: Range<Int>, with replacement: String) -> SourceText {
    guard !blocks.isEmpty else { return SourceText(replacement) }
    var low = blockIndex(ofOffset: min(range.lowerBound, count - 1))
    var high = blockIndex(ofOffset: min(range.upperBound, count - 1))
    // A terminator may grow or vanish at a block's edge ("\r" + "\n"): then the neighbour belongs to the edit.
    if low > 0, range.lowerBound == blockOffsets[low] { low -= 1 }
    if high + 1 < blocks.count { high += 1 }
    var bytes = self.bytes(in: blockOffsets[low]..<range.lowerBound)
    bytes.append(contentsOf: replacement.utf8)
    bytes.append(contentsOf: self.bytes(in: range.upperBound..<blockOffsets[high + 1]))
    while high + 1 < blocks.count, !(bytes.last.map(Ascii.isLineEnd) ?? true) {
      high += 1
      bytes.append(contentsOf: blocks[high].bytes)
    }
    let middle = bytes.withUnsafeBufferPointer(TextBlock.split)
    var blocks = blocks
    blocks.replaceSubrange(low...high, with: middle)
    return SourceText(blocks: blocks)
  }

  /// Bytes of a line that exists, without its terminator.
  func lineRange(_ line: Int) -> Range<Int> {
    guard line < blockLines[blocks.count] else { return count..<count }
    var low = 0
    var high = blocks.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if blockLines[middle] <= line { low = middle } else { high = middle }
    }
    let block = blocks[low]
    let index = line - blockLines[low]
    let start = Int(block.lineStarts[index])
    var end = index + 1 < block.lineStarts.count ? Int(block.lineStarts[index + 1]) : block.bytes.count
    if end > start, block.bytes[end - 1] == Ascii.newline { end -= 1 }
    if end > start, block.bytes[end - 1] == Ascii.carriageReturn { end -= 1 }
    return (blockOffsets[low] + start)..<(blockOffsets[low] + end)
  }

  private func blockIndex(ofOffset offset: Int) -> Int {
    var low = 0
    var high = blocks.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if blockOffsets[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}

extension SourceText: Equatable {
  public static func == (left: SourceText, right: SourceText) -> Bool {
    left.count == right.count && left.utf8 == right.utf8
  }
}
