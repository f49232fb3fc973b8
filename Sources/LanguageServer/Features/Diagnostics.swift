import Engine
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// What a person should know of a document's ops: which lack example inputs, what is wrong in a directive, which lines
/// cost the time, and where a replacement no longer fits its op. Pushed, or pulled by clients that can; never both.
extension LanguageServer {
  /// Pushes of more diagnostics than this wait for a pause in typing: they are long to write, and a hover should not
  /// have to wait behind them.
  private static var immediatePushLimit: Int { 100 }
  private static var pushPause: Duration { .milliseconds(5) }

  /// The text or what is known of it has changed: what was sent before no longer holds.
  func contentChanged(_ document: OpenDocument) {
    document.diagnosticsAreStale = true
    document.replies = [:]
    guard !capabilities.pullDiagnostics else { return }
    if document.index.opCount > Self.immediatePushLimit, document.sentDiagnostics.resultID > 0 {
      if let timer = document.publication { loop.cancel(timer) }
      document.publication = loop.after(Self.pushPause) { [weak self, weak document] in
        document?.publication = nil
        if let document { self?.publish(document) }
      }
    } else if !document.publicationIsScheduled {
      document.publicationIsScheduled = true
      loop.whenIdle { [weak self, weak document] in
        document?.publicationIsScheduled = false
        if let document { self?.publish(document) }
      }
    }
  }

  private func publish(_ document: OpenDocument) {
    guard document.isOpen, phase == .running else { return }
    updateDiagnostics(document)
    // After an edit the client hears that they hold for the new version; otherwise only what is new is worth a message.
    let sent = document.sentDiagnostics
    let published = (version: document.version, resultID: sent.resultID, isEmpty: sent.items.count <= 2)
    guard document.published.map({ $0 != published }) ?? true else { return }
    document.published = published
    notify(
      PublishDiagnosticsNotification.self,
      .init(
        uri: document.uri, version: capabilities.publishVersion ? document.version : nil,
        diagnostics: RawJSON(bytes: document.sentDiagnostics.items)),
      about: document.uri)
  }

  /// Diagnostics don't outlive the document in the editor.
  func takeBackDiagnostics(_ document: OpenDocument) {
    // What was pushed last may be older than what is known by now.
    guard !capabilities.pullDiagnostics, document.published?.isEmpty == false else { return }
    notify(
      PublishDiagnosticsNotification.self,
      .init(uri: document.uri, version: nil, diagnostics: .emptyArray), about: document.uri)
  }

  func documentDiagnostics(_ params: DocumentDiagnosticRequest.Params) -> DocumentDiagnosticRequest.Report {
    guard let document = documents[params.textDocument.uri] else {
      return .full(resultId: Self.nothingID, items: .emptyArray)
    }
    return report(on: document, previousResultId: params.previousResultId)
  }

  private func report(
    on document: OpenDocument, previousResultId: String?
  ) -> DocumentDiagnosticRequest.Report {
    updateDiagnostics(document)
    let resultID = "\(document.number).\(document.sentDiagnostics.resultID)"
    return previousResultId == resultID
      ? .unchanged(resultId: resultID)
      : .full(resultId: resultID, items: RawJSON(bytes: document.sentDiagnostics.items))
  }

  /// Of the documents that are open: nothing is said of others.
  func workspaceDiagnostics(_ params: WorkspaceDiagnosticRequest.Params) -> WorkspaceDiagnosticRequest.Result {
    let open = documents.values.sorted { $0.number < $1.number }.map { document in
      WorkspaceDiagnosticRequest.DocumentReport(
        uri: document.uri, version: document.version,
        report: report(on: document, previousResultId: params.previousResultIds[document.uri]))
    }
    // What was said of a document that was closed since is taken back.
    let closed = params.previousResultIds.filter { documents[$0.key] == nil && $0.value != Self.nothingID }.keys
      .sorted()
    return .init(
      items: open
        + closed.map { .init(uri: $0, version: nil, report: .full(resultId: Self.nothingID, items: .emptyArray)) })
  }

  /// Result id of a document that is not open.
  private static var nothingID: String { "0" }

  /// Writes the diagnostics anew if anything has changed; the result id changes only when they do.
  private func updateDiagnostics(_ document: OpenDocument) {
    guard document.diagnosticsAreStale else { return }
    document.diagnosticsAreStale = false
    var writer = JSONWriter(reserving: document.sentDiagnostics.items.count + 256)
    writer.array { writer in
      for op in document.index.ops { writeDiagnostics(of: op, in: document, &writer) }
    }
    if document.sentDiagnostics.resultID == 0 || writer.bytes != document.sentDiagnostics.items {
      document.sentDiagnostics = (writer.bytes, document.sentDiagnostics.resultID + 1)
    }
  }

  private func writeDiagnostics(of op: Op, in document: OpenDocument, _ writer: inout JSONWriter) {
    let text = document.index.text
    func say(_ range: SourceRange, _ severity: DiagnosticSeverity, _ code: Diagnostic.StaticCode, _ message: String) {
      Diagnostic(range: self.range(range, in: text), severity: severity, code: code, message: message)
        .encode(into: &writer)
    }
    if op.inputSource == .missing, isRunnable(op) {
      Diagnostic(
        range: nameRange(of: op, in: text), severity: .hint, code: DiagnosticCode.noInputs,
        message: "\(op.name) has no example inputs: insert a directive"
      ).encode(into: &writer)
    }
    for problem in op.directive?.problems ?? [] {
      say(problem.range, .warning, DiagnosticCode.directive, problem.message)
    }
    // The rest is about ops with results, which are few.
    guard op.generatedRegion != nil || !document.knowledge.isEmpty else { return }
    let view = view(of: op, in: document)
    for line in view.record?.profile?.lines ?? [] {
      guard let why = line.diagnostic else { continue }
      say(
        Self.codeRange(ofLine: op.nameRange.start.line + line.offset, in: text), .information, DiagnosticCode.profile,
        why)
    }
    if case .outdated = view.applied, let region = op.generatedRegion {
      say(
        Self.codeRange(ofLine: region.start.line, in: text), .warning, DiagnosticCode.outdatedReplacement,
        "This replacement was made from an earlier version of \(op.name), and is what runs: optimize \(op.name) again,"
          + " or remove it")
    }
  }

  /// A line without the blanks around its code.
  private static func codeRange(ofLine line: Int, in text: SourceText) -> SourceRange {
    let content = text.line(line)
    let indentation = content.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
    var end = content.utf8.count
    for byte in content.utf8.reversed() {
      guard byte == 0x20 || byte == 0x09, end > indentation else { break }
      end -= 1
    }
    return SourceRange(
      start: SourceIndex.Position(line: line, column: indentation), end: SourceIndex.Position(line: line, column: end))
  }
}

/// The kinds of findings; a client hands them back with a code action request.
enum DiagnosticCode {
  static var noInputs: Diagnostic.StaticCode { .init("no-example-inputs") }
  static var directive: Diagnostic.StaticCode { .init("directive") }
  static var profile: Diagnostic.StaticCode { .init("profile") }
  static var outdatedReplacement: Diagnostic.StaticCode { .init("outdated-replacement") }
}
