import Engine
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// The edits that are offered: each is one workspace edit of one document at its present version, hence one undo.
extension LanguageServer {
  struct OfferedEdit {
    var workspaceEdit: WorkspaceEdit
    /// For the client's undo list.
    var label: String
  }

  /// - Throws: a `ResponseError` that says why there is no such edit (any more).
  func edit(_ command: KernelwrightCommand, _ argument: CommandArgument) throws -> OfferedEdit {
    let (document, op) = try target(argument)
    switch command {
    case .apply:
      let edit = try applying(argument.candidate, to: op, in: document)
      return offer([(edit.range, edit.newText)], in: document, "Apply verified replacement of \(op.name)")
    case .remove:
      guard let edit = Replacement.removal(for: op, in: document.index) else {
        throw ResponseError(.contentModified, "There is no generated replacement under \(op.name) any more.")
      }
      return offer([(edit.range, edit.newText)], in: document, "Remove generated replacement of \(op.name)")
    case .insertDirective:
      let place = SourceIndex.Position(line: op.directiveLine, column: 0)
      let line = op.indentation + IndexedDocument.suggestedDirective(for: op) + "\n"
      return offer(
        [(SourceRange(start: place, end: place), line)], in: document, "Insert example inputs for \(op.name)")
    default:
      throw ResponseError(.invalidParams, "\(command.rawValue) is not an edit.")
    }
  }

  /// The document and the op that an argument names.
  func target(_ argument: CommandArgument) throws -> (OpenDocument, Op) {
    guard let document = documents[argument.uri] else {
      throw ResponseError(.requestFailed, "\(argument.uri) is not open.")
    }
    guard let op = document.index.op(named: argument.name) else {
      throw ResponseError(.contentModified, "There is no op \(argument.name) in this document any more.")
    }
    return (document, op)
  }

  /// The edit that puts a candidate under its op: the one named, else the best permitted.
  func applying(_ id: String?, to op: Op, in document: OpenDocument) throws -> Replacement.Edit {
    let view = view(of: op, in: document)
    guard let result = view.record?.result else {
      let reason = view.isStale ? "has changed since it was measured: optimize it again" : "has no verified replacement"
      throw ResponseError(.contentModified, "\(op.name) \(reason).")
    }
    // An id is a person's click on that very candidate, which is the consent that some need.
    let candidate = id.map { result.candidate($0) } ?? view.applicable
    guard let candidate, candidate.isVerified, let block = candidate.replacement else {
      throw ResponseError(.requestFailed, "\(op.name) has no such verified replacement.")
    }
    return Replacement.edit(for: op, in: document.index, block: block)
  }

  private func offer(
    _ edits: [(SourceRange, String)], in document: OpenDocument, _ label: String
  ) -> OfferedEdit {
    let text = document.index.text
    let lineEnd = Self.lineEnd(of: text)
    let edits = edits.map { TextEdit(range: range($0.0, in: text), newText: $0.1.replacing("\n", with: lineEnd)) }
    return OfferedEdit(
      workspaceEdit: WorkspaceEdit(
        document: VersionedTextDocumentIdentifier(uri: document.uri, version: document.version), edits: edits,
        usesDocumentChanges: capabilities.documentChanges,
        annotation: capabilities.changeAnnotations ? label : nil), label: label)
  }

  /// The document's own line end, told by its first line.
  private static func lineEnd(of text: SourceText) -> String {
    let end = text.offset(of: SourceIndex.Position(line: 0, column: .max))
    return text.bytes(in: end..<end + 2) == Array("\r\n".utf8) ? "\r\n" : "\n"
  }
}
