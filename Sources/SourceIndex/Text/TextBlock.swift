/// A run of whole lines of a text. Blocks are what snapshots of a text share: an edit copies the blocks it touches.
final class TextBlock: Sendable {
  /// Blocks are split at the first line end past this size: small enough that rebuilding one is nothing, large enough
  /// that the list of blocks of a long file stays short.
  static let targetSize = 4096

  let bytes: [UInt8]
  /// Offsets in `bytes` at which a line begins; the first is 0.
  let lineStarts: [Int32]

  init(bytes: [UInt8], lineStarts: [Int32]) {
    self.bytes = bytes
    self.lineStarts = lineStarts
  }

  var endsWithTerminator: Bool { bytes.last == Ascii.newline || bytes.last == Ascii.carriageReturn }

  /// Splits text into blocks. Every block but the last ends with a line terminator, and `\r\n` is never torn apart.
  static func split(_ bytes: UnsafeBufferPointer<UInt8>) -> [TextBlock] {
    var blocks: [TextBlock] = []
    blocks.reserveCapacity(bytes.count / targetSize + 1)
    var blockStart = 0
    var starts: [Int32] = [0]
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte <= Ascii.carriageReturn, byte == Ascii.newline || byte == Ascii.carriageReturn else { continue }
      if byte == Ascii.carriageReturn, index < bytes.count, bytes[index] == Ascii.newline { index += 1 }
      if index - blockStart >= targetSize, index < bytes.count {
        blocks.append(TextBlock(bytes: Array(bytes[blockStart..<index]), lineStarts: starts))
        blockStart = index
        starts = [0]
      } else if index < bytes.count {
        starts.append(Int32(index - blockStart))
      }
    }
    if blockStart < bytes.count {
      blocks.append(TextBlock(bytes: Array(bytes[blockStart...]), lineStarts: starts))
    }
    return blocks
  }
}

/// Bytes that the scanners look for.
enum Ascii {
  static let newline: UInt8 = 0x0A
  static let formFeed: UInt8 = 0x0C
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let tab: UInt8 = 0x09
  static let hash: UInt8 = 0x23
  static let backslash: UInt8 = 0x5C
  static let quote: UInt8 = 0x22
  static let apostrophe: UInt8 = 0x27
  static let openBrace: UInt8 = 0x7B
  static let closeBrace: UInt8 = 0x7D

  static func isLineEnd(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab || byte == formFeed }
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
