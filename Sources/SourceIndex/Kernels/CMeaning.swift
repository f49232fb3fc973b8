/// What an item says to other items.
struct CMeaning: Equatable, Sendable {
  /// Of its tokens, and of the conditions that it stands under.
  let digest: Digest
  /// Hashes of the names that it is reached by: a function's, a macro's, a type's or a variable's.
  let defines: [UInt64]
  /// Hashes of the words in it, sorted: it reaches what is defined by any of them.
  let words: [UInt64]

  /// - Parameter head: of an item that is a function.
  init(_ item: CItem, _ head: KernelHead?, _ file: CTokens) {
    var bytes: [UInt8] = []
    item.conditions.append(to: &bytes)
    for token in item.tokens { file.appendMeaning(of: token, to: &bytes) }
    digest = SHA256.digest(bytes)

    if item.isMacro {
      let line = file.insides(ofDirective: item.tokens.lowerBound)
      let words = line.tokens.indices.dropFirst().filter { line.tokens[$0].kind == .word }
        .map { CName.hash(line.bytes(of: $0)) }
      defines = Array(words.prefix(1))
      self.words = Self.sorted(words)
    } else {
      defines = head.map { [CName.hash(file.bytes(of: $0.nameToken))] } ?? Self.declared(by: item, file)
      words = Self.sorted(
        item.tokens.filter { file.tokens[$0].kind == .word }.map { CName.hash(file.bytes(of: $0)) })
    }
  }

  private static func declared(by item: CItem, _ file: CTokens) -> [UInt64] {
    var result: [UInt64] = []
    var at = item.tokens.lowerBound
    while at < item.tokens.upperBound {
      let token = file.tokens[at]
      if token.kind == .word, at + 1 < item.tokens.upperBound {
        // What stands in front of `=`, `;`, `,`, a bracket or a block is what is declared, or a type's name.
        if [0x3D, 0x3B, 0x2C, 0x28, 0x5B, 0x7B, 0x3A].contains(file.tokens[at + 1].byte) {
          result.append(CName.hash(file.bytes(of: at)))
        }
      }
      at = [0x28, 0x5B, 0x7B].contains(token.byte) ? file.end(of: at) : at + 1
    }
    return sorted(result)
  }

  /// In order, and each once.
  private static func sorted(_ names: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    for name in names.sorted() where name != result.last { result.append(name) }
    return result
  }
}
