import LanguageServerProtocol

/// Builds text for a person in Markdown or plain, whichever the client shows.
struct Markup {
  let kind: MarkupContent.Kind
  private(set) var text = ""

  init(_ kind: MarkupContent.Kind) { self.kind = kind }

  var content: MarkupContent {
    var value = text
    while value.last == "\n" { value.removeLast() }
    return MarkupContent(kind: kind, value: value)
  }

  func strong(_ text: String) -> String { kind == .markdown ? "**\(text)**" : text }

  /// Names and code; in plain text without marks.
  func code(_ text: String) -> String { kind == .markdown ? "`\(text.replacing("`", with: "'"))`" : text }

  /// Text that came from elsewhere, so that a name like `_kw_model_` does not turn italic.
  func escaped(_ text: String) -> String {
    guard kind == .markdown else { return text }
    var result = ""
    for character in text {
      if "\\`*_{}[]<>#|".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  mutating func heading(_ level: Int, _ title: String) {
    paragraph(kind == .markdown ? String(repeating: "#", count: level) + " " + title : title)
  }

  mutating func paragraph(_ line: String) {
    if !text.isEmpty, !text.hasSuffix("\n\n") { text += text.hasSuffix("\n") ? "\n" : "\n\n" }
    text += line + "\n\n"
  }

  mutating func item(_ line: String) {
    text += (kind == .markdown ? "- " : "  ") + line + "\n"
  }
}
