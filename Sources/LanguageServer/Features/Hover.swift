import LanguageServerProtocol
import SourceIndex

/// `textDocument/hover`: the card of the op under the pointer.
extension LanguageServer {
  func hover(_ params: TextDocumentPositionParams) -> HoverRequest.Hover? {
    guard let document = documents[params.textDocument.uri] else { return nil }
    let text = document.index.text
    let position = sourcePosition(params.position, in: text)
    guard let op = document.index.op(at: position) else { return nil }
    let definition = op.nameRange.start.line
    let card = HoverCard(
      view: view(of: op, in: document), now: configuration.now(), lineOffset: max(0, position.line - definition))
    // The client shows the card until the pointer leaves this range.
    let lineRange = SourceRange(
      start: SourceIndex.Position(line: position.line, column: 0),
      end: SourceIndex.Position(line: position.line, column: .max))
    let shown = position.line <= definition && op.nameRange.contains(position) ? op.nameRange : lineRange
    return HoverRequest.Hover(
      contents: card.content(capabilities.hoverMarkdown ? .markdown : .plainText), range: range(shown, in: text))
  }
}
