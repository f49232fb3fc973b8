/// Tokens that follow each other, and the text that they stand in.
struct CTokens: Sendable {
  let bytes: [UInt8]
  /// Offset in `bytes` at which the tokens' offsets and lines begin to count.
  let origin: Int
  var tokens: [CToken] = []

  /// - Parameter range: counted as the tokens count.
  func bytes(in range: Range<Int>) -> ArraySlice<UInt8> { bytes[origin + range.lowerBound..<origin + range.upperBound] }

  func bytes(of index: Int) -> ArraySlice<UInt8> { bytes(in: tokens[index].start..<tokens[index].end) }

  func string(_ index: Int) -> String { String(decoding: bytes(of: index), as: UTF8.self) }

  func isWord(_ index: Int, _ word: StaticString) -> Bool {
    guard tokens.indices.contains(index) else { return false }
    let token = tokens[index]
    guard token.end - token.start == word.utf8CodeUnitCount else { return false }
    let start = origin + token.start
    for offset in 0..<word.utf8CodeUnitCount where bytes[start + offset] != word.utf8Start[offset] { return false }
    return true
  }

  /// Index behind the `>` that closes a template's parameters.
  func endOfAngles(_ start: Int, _ limit: Int) -> Int {
    var depth = 0
    var index = start
    while index < limit {
      switch tokens[index].byte {
      case 0x3C: depth += 1
      case 0x3E:
        depth -= 1
        if depth == 0 { return index + 1 }
      case 0x28, 0x5B, 0x7B:
        index = end(of: index)
        continue
      default: break
      }
      index += 1
    }
    return limit
  }

  /// Index behind the bracket at an index, as `OpenBracket` has it.
  func end(of open: Int) -> Int {
    var bracket = OpenBracket(tokens[open])
    for index in open..<tokens.count {
      if let end = bracket.end(at: index, tokens[index]) { return end }
    }
    return tokens.count
  }

  // MARK: Preprocessor lines

  /// What stands behind the `#`.
  func words(ofDirective index: Int) -> ArraySlice<UInt8> { bytes(of: index).dropFirst().drop(while: Ascii.isBlank) }

  /// The tokens behind the `#`: comments and blanks between them mean nothing.
  func insides(ofDirective index: Int) -> CTokens { CScanner.scan([Ascii.space] + bytes(of: index).dropFirst()) }

  /// Appends a token as it counts for the meaning of what it is part of.
  func appendMeaning(of index: Int, to meaning: inout [UInt8]) {
    if tokens[index].kind == .directive {
      let inner = insides(ofDirective: index)
      meaning.append(Ascii.hash)
      for index in inner.tokens.indices {
        meaning.append(contentsOf: inner.bytes(of: index))
        meaning.append(NormalMark.token)
      }
    } else {
      meaning.append(contentsOf: bytes(of: index))
    }
    meaning.append(NormalMark.token)
  }
}

/// Finds out where a bracket ends. A function of the next line ends it too: a `}` in column 0 closes all but what was
/// opened by a brace.
struct OpenBracket {
  private let isBrace: Bool
  private var depth = 0

  init(_ token: CToken) {
    isBrace = token.byte == 0x7B
  }

  /// Index of the first token that is no longer part of it, if it ends with this token or in front of it. To be asked
  /// for every token in order, the bracket itself first.
  mutating func end(at index: Int, _ token: CToken) -> Int? {
    switch token.byte {
    case 0x28, 0x5B, 0x7B: depth += 1
    case 0x29, 0x5D, 0x7D:
      depth -= 1
      if depth <= 0 { return index + 1 }
      // A bracket that was left open must not swallow the functions behind it.
      if token.byte == 0x7D, token.start == token.lineStart { return isBrace ? index + 1 : index }
    default: break
    }
    return nil
  }
}
