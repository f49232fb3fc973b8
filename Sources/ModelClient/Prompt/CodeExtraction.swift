/// Takes the one Python file that a model was asked for out of its reply.
///
/// Models put code into fenced blocks (CommonMark, section 4.5), talk around it, correct themselves in a later block,
/// forget the closing fence when they run out of tokens, or send the bare file. The file is the *last* block that
/// defines the class, those that say they are Python first.
public enum CodeExtraction {
  /// A candidate's file is a few kilobytes; what is far beyond that is not one, and nobody could review it.
  public static let maximumBytes = 256 << 10

  /// What was found.
  public struct Code: Sendable, Equatable {
    /// The file's text; ends in a line feed.
    public var source: String
    /// False where the reply ended inside the block, so that the end of the file is probably missing.
    public var isComplete: Bool
  }

  /// Why a reply holds no candidate; its description can be said to the model.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case noCode
    /// There is code, and none of it defines the class.
    case noClass(String)
    case tooLong

    public var description: String {
      switch self {
      case .noCode: "The reply holds no fenced Python block."
      case .noClass(let name): "No block of the reply defines `class \(name)`."
      case .tooLong: "The file is longer than \(CodeExtraction.maximumBytes / 1024) KiB."
      }
    }
  }

  /// - Parameters:
  ///   - reply: the model's whole reply.
  ///   - className: the class that the file must define.
  public static func file(in reply: String, defining className: String = "ModelNew") -> Result<Code, Failure> {
    let text = withoutReasoning(reply.replacing("\r\n", with: "\n"))
    let blocks = fencedBlocks(in: text)
    let candidates = blocks.filter { defines(className, in: $0.source) }
    let found: Block? =
      candidates.last { $0.isPython && $0.isClosed } ?? candidates.last(where: \.isPython)
      ?? candidates.last { $0.language.isEmpty } ?? candidates.last
    if let found { return checked(Code(source: found.source, isComplete: found.isClosed)) }
    if blocks.isEmpty, defines(className, in: text) { return checked(Code(source: text, isComplete: true)) }
    return .failure(blocks.isEmpty ? .noCode : .noClass(className))
  }

  private static func checked(_ code: Code) -> Result<Code, Failure> {
    guard code.source.utf8.count <= maximumBytes else { return .failure(.tooLong) }
    var code = code
    if !code.source.hasSuffix("\n") { code.source += "\n" }
    return .success(code)
  }

  /// Some open models begin with their reasoning, between tags, where code in it is only an attempt.
  private static func withoutReasoning(_ text: String) -> String {
    guard text.drop(while: \.isWhitespace).hasPrefix("<think>"), let end = text.firstRange(of: "</think>") else {
      return text
    }
    return String(text[end.upperBound...])
  }

  /// Whether a line of the text begins the class; not whether Python would agree, which the screen finds out.
  private static func defines(_ name: String, in source: String) -> Bool {
    source.split(separator: "\n").contains { line in
      guard line.hasPrefix("class ") else { return false }
      let rest = line.dropFirst("class ".count).drop { $0 == " " }
      guard rest.hasPrefix(name) else { return false }
      let after = rest.dropFirst(name.count).drop { $0 == " " }.first
      return after == "(" || after == ":"
    }
  }

  // MARK: - Fenced blocks

  private struct Block {
    /// The first word after the opening fence, in lower case.
    var language: String
    var source: String
    var isClosed: Bool

    var isPython: Bool { ["python", "py", "python3"].contains(language) }
  }

  private struct Fence {
    var character: Character
    var length: Int
    var indentation: Int
    /// What follows on the line.
    var rest: Substring
  }

  private static func fencedBlocks(in text: String) -> [Block] {
    var blocks: [Block] = []
    var open: (fence: Fence, language: String, lines: [Substring])?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let fence = fence(on: line)
      if let current = open {
        if let fence, fence.character == current.fence.character, fence.length >= current.fence.length,
          fence.rest.allSatisfy(\.isWhitespace)
        {
          blocks.append(Block(language: current.language, source: joined(current.lines), isClosed: true))
          open = nil
        } else {
          open?.lines.append(dedented(line, by: current.fence.indentation))
        }
      } else if let fence {
        let word = fence.rest.split(whereSeparator: { $0.isWhitespace || $0 == "{" }).first ?? ""
        open = (fence, word.lowercased(), [])
      }
    }
    if let open { blocks.append(Block(language: open.language, source: joined(open.lines), isClosed: false)) }
    return blocks
  }

  private static func joined(_ lines: [Substring]) -> String {
    lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  /// A fence, should the line be one. Any indentation is allowed: blocks in lists are indented by more than the three
  /// spaces that CommonMark allows outside them.
  private static func fence(on line: Substring) -> Fence? {
    let content = line.drop { $0 == " " }
    guard let character = content.first, character == "`" || character == "~" else { return nil }
    let length = content.prefix { $0 == character }.count
    let rest = content.dropFirst(length)
    // A backtick after the opening means inline code.
    guard length >= 3, character == "~" || !rest.contains("`") else { return nil }
    return Fence(character: character, length: length, indentation: line.count - content.count, rest: rest)
  }

  private static func dedented(_ line: Substring, by indentation: Int) -> Substring {
    line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))
  }
}
