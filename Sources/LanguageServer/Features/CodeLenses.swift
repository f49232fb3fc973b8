import Engine
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// `textDocument/codeLens`: one lens an op, which says the next sensible step; everything else is a code action.
extension LanguageServer {
  func codeLenses(_ params: DocumentParams) -> RawJSON {
    guard let document = documents[params.textDocument.uri] else { return .emptyArray }
    return document.reply(CodeLensRequest.method) { writer in
      let number = JSONValue.int(document.number)
      for op in document.index.ops where isRunnable(op) {
        let start = LSPPosition(line: op.fullRange.start.line, character: 0)
        CodeLens(range: LSPRange(start: start, end: start), data: [number, .string(op.name)]).encode(into: &writer)
      }
    }
  }

  func resolveCodeLens(_ lens: CodeLens) -> CodeLens {
    var lens = lens
    if let (document, op) = op(fromData: lens.data) {
      lens.command = nextStep(view(of: op, in: document), document)
    } else {
      // The op is gone since; the client asks for all lenses again after the edit.
      lens.command = Command(title: "", command: "", arguments: [])
    }
    return lens
  }

  private func nextStep(_ view: OpView, _ document: OpenDocument) -> Command {
    func command(_ title: String, _ command: KernelwrightCommand, job: String? = nil) -> Command {
      Command(
        title: title, command: command.rawValue,
        arguments: [JSONValue(encoding: CommandArgument(uri: document.uri, name: view.op.name, job: job))])
    }
    if let job = view.jobs.first { return command("Stop · \(job.sentence)", .cancel, job: job.id.rawValue) }
    guard view.hasInputs else { return command("Insert example inputs", .insertDirective) }
    // Nothing to click on: it takes trust first, which is the editor's to give.
    guard view.isTrusted || view.record?.result != nil else {
      return Command(title: "Not trusted", command: "", arguments: [])
    }
    if view.isStale { return command("Stale: optimize again", .optimize) }
    if view.isTrusted, let resumable = view.record?.resumable {
      return command(
        "Resume (\(Figures.count(resumable.judged, "candidate")) measured)", .resume, job: resumable.job.rawValue)
    }
    if case .current = view.applied { return command("\(StatusText.line(view) ?? "")", .showReport) }
    if let best = view.applicable, let speedup = best.verification.speedup {
      return command("Apply verified \(Figures.shortSpeedup(speedup))", .apply)
    }
    if view.record?.result != nil { return command("\(StatusText.line(view) ?? "") · report", .showReport) }
    return command("Optimize", .optimize)
  }
}
