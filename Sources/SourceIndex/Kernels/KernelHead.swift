/// A parameter of a kernel, as it is declared.
public struct ParameterDeclaration: Hashable, Sendable {
  /// Empty where it has none.
  public var name: String
  /// The whole declaration: type, name, attributes, default.
  public var range: SourceRange
}

/// What stands in front of a function's body: its name, its parameters, and the words before them.
struct KernelHead {
  var name: String
  var nameToken: Int
  var parameters: [(name: String, tokens: Range<Int>)]
  /// Tokens in front of the parameter list.
  var words: Range<Int>

  /// Nil for what is no function definition.
  init?(_ item: CItem, _ file: CTokens) {
    guard let body = item.body else { return nil }
    var candidates: [(name: Int, open: Int, end: Int)] = []
    var index = item.tokens.lowerBound
    if file.isWord(index, "template") { index = file.endOfAngles(index + 1, body) }
    while index < body {
      let token = file.tokens[index]
      switch token.byte {
      case 0x28:
        let end = file.end(of: index)
        if index > item.tokens.lowerBound, file.tokens[index - 1].kind == .word,
          !Self.isAttribute(file.string(index - 1))
        {
          candidates.append((index - 1, index, end))
        }
        index = end
      case 0x5B: index = file.end(of: index)
      default: index += 1
      }
    }
    // `BOUNDS(256) void f(float *x) LAST(2) {`: the list of parameters is the one that declares some, or is empty.
    let chosen = candidates.first { candidate in
      let isFollowed = candidate.end < body && file.tokens[candidate.end].kind == .word
      if isFollowed, candidate.end + 1 < body, file.tokens[candidate.end + 1].byte != 0x28,
        !Self.trailing.contains(file.string(candidate.end))
      {
        return false
      }
      return candidates.count == 1
        || Self.declares(candidate.open + 1..<max(candidate.open + 1, candidate.end - 1), file)
    }
    guard let chosen else { return nil }
    name = file.string(chosen.name)
    nameToken = chosen.name
    words = item.tokens.lowerBound..<chosen.name
    parameters = Self.parameters(chosen.open + 1..<max(chosen.open + 1, chosen.end - 1), file)
  }

  private static let trailing: Set<String> = ["const", "noexcept", "override", "final", "requires", "volatile"]

  /// `__launch_bounds__(256)`, `__attribute__((…))`, `alignas(16)` and the like.
  private static func isAttribute(_ word: String) -> Bool {
    word.hasPrefix("__") && word.hasSuffix("__")
      || ["alignas", "decltype", "noexcept", "requires", "__declspec", "explicit", "sizeof", "typeof"].contains(word)
  }

  private static func declares(_ range: Range<Int>, _ file: CTokens) -> Bool {
    guard let first = range.first else { return true }
    return range.count == 1 ? file.isWord(first, "void") : parameters(range, file).contains { !$0.name.isEmpty }
  }

  private static func parameters(_ range: Range<Int>, _ file: CTokens) -> [(name: String, tokens: Range<Int>)] {
    var result: [(String, Range<Int>)] = []
    var start = range.lowerBound
    var index = start
    var angles = 0
    while index <= range.upperBound {
      if index == range.upperBound || file.tokens[index].byte == 0x2C && angles <= 0 {
        if start < index, !(index - start == 1 && file.isWord(start, "void")) {
          result.append((parameterName(start..<index, file), start..<index))
        }
        start = index + 1
        angles = 0
      } else {
        switch file.tokens[index].byte {
        case 0x28, 0x5B, 0x7B:
          index = min(file.end(of: index), range.upperBound)
          continue
        case 0x3C where index > start && file.tokens[index - 1].kind == .word: angles += 1
        case 0x3E where angles > 0: angles -= 1
        default: break
        }
      }
      index += 1
    }
    return result
  }

  /// The last word of the declarator that can be a name; empty where only a type stands.
  private static func parameterName(_ range: Range<Int>, _ file: CTokens) -> String {
    var last = ""
    var words = 0
    var index = range.lowerBound
    var angles = 0
    while index < range.upperBound, file.tokens[index].byte != 0x3D || angles > 0 {
      let token = file.tokens[index]
      switch token.byte {
      case 0x28:
        // `float (*f)(int)`
        if index + 2 < range.upperBound, file.tokens[index + 1].byte == 0x2A, file.tokens[index + 2].kind == .word {
          return file.string(index + 2)
        }
        index = file.end(of: index)
        continue
      case 0x5B, 0x7B:
        index = file.end(of: index)
        continue
      case 0x3C where index > range.lowerBound && file.tokens[index - 1].kind == .word: angles += 1
      case 0x3E where angles > 0: angles -= 1
      default:
        if token.kind == .word, angles == 0 {
          let word = file.string(index)
          let isQualified = index > range.lowerBound && file.tokens[index - 1].end - file.tokens[index - 1].start == 2
          if typeWords.contains(word) {
            if !qualifiers.contains(word) { words += 1 }
          } else if !isAttribute(word) {
            if !isQualified { words += 1 }
            last = word
          }
        }
      }
      index += 1
    }
    return words > 1 ? last : ""
  }

  private static let qualifiers: Set<String> = [
    "const", "volatile", "restrict", "__restrict", "register", "static", "struct", "class", "enum", "union", "typename",
    "global", "local", "constant", "private", "device", "threadgroup", "thread", "__global", "__local", "__constant",
    "__private", "read_only", "write_only", "read_write", "__read_only", "__write_only", "__read_write", "constexpr",
  ]
  private static let typeWords: Set<String> = qualifiers.union([
    "void", "char", "short", "int", "long", "float", "double", "half", "bool", "signed", "unsigned", "size_t", "auto",
    "wchar_t", "_Bool",
  ])
}
