import Engine
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// `textDocument/inlayHint`: the status at the end of each op's definition line, and the profile at the ends of its lines.
extension LanguageServer {
  func inlayHints(_ params: InlayHintRequest.Params) -> [InlayHint] {
    guard let document = documents[params.textDocument.uri] else { return [] }
    let setting = overlay(for: document.workspace).hints ?? .all
    guard setting != .off else { return [] }
    let text = document.index.text
    // Half-open by lines: a client asks for what is seen, and a hint at the end of the last line seen belongs to it.
    let (start, end) = (max(0, params.range.start.line), max(0, params.range.end.line))
    let lines = start...max(start, params.range.end.character > 0 ? end : end - 1)
    var hints: [InlayHint] = []
    for op in document.index.ops {
      let definition = op.nameRange.start.line
      if definition > lines.upperBound { break }
      guard op.range.end.line >= lines.lowerBound else { continue }
      let view = view(of: op, in: document)
      if lines.contains(definition),
        let label = setting == .all ? StatusText.line(view) : StatusText.measured(view)
      {
        hints.append(
          InlayHint(
            position: endOfLine(definition, in: text), label: label,
            data: capabilities.inlayHintTooltipResolve ? [.int(document.number), .string(op.name)] : nil))
      }
      for line in view.record?.profile?.lines ?? [] where lines.contains(definition + line.offset) {
        hints.append(InlayHint(position: endOfLine(definition + line.offset, in: text), label: line.hint))
      }
    }
    return hints
  }

  /// The tooltip of an op's hint is its card.
  func resolveInlayHint(_ params: InlayHintResolveRequest.Params) -> JSONValue {
    var hint = params.hint
    if let (document, op) = op(fromData: params.data) {
      let card = HoverCard(view: view(of: op, in: document), now: configuration.now(), lineOffset: 0)
      hint["tooltip"] = JSONValue(encoding: card.content(.markdown))
    }
    return .object(hint)
  }

  /// The op that data of ours names, if it is still there.
  func op(fromData data: JSONValue) -> (OpenDocument, Op)? {
    guard let number = data[0]?.intValue, let name = data[1]?.stringValue,
      let document = documentsByNumber[number], let op = document.index.op(named: name)
    else { return nil }
    return (document, op)
  }
}
