import Engine
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// `textDocument/documentSymbol` and `kernelwright/ops`: the document's ops.
extension LanguageServer {
  func documentSymbols(_ params: DocumentParams) -> RawJSON {
    guard let document = documents[params.textDocument.uri] else { return .emptyArray }
    return document.reply(DocumentSymbolRequest.method) { writer in
      let text = document.index.text
      let flatIn = capabilities.hierarchicalSymbols ? nil : document.uri
      for op in document.index.ops {
        let measured =
          document.knowledge.isEmpty && jobs.isEmpty ? nil : StatusText.measured(view(of: op, in: document))
        DocumentSymbol(
          name: op.name, detail: measured.map { "\(op.kind.title) · \($0)" } ?? op.kind.title,
          kind: op.kind.symbolKind, range: range(op.fullRange, in: text),
          selectionRange: nameRange(of: op, in: text), flatIn: flatIn
        ).encode(into: &writer)
      }
    }
  }

  func ops(_ params: DocumentParams) -> [OpStatusItem] {
    guard let document = documents[params.textDocument.uri] else { return [] }
    let text = document.index.text
    return document.index.ops.map { op in
      let view = view(of: op, in: document)
      let verification = view.headline?.verification
      return OpStatusItem(
        name: op.name, kind: op.kind.rawValue, range: range(op.range, in: text), fingerprint: op.fingerprint,
        inputs: op.inputSource.wireName, status: StatusText.line(view) ?? op.kind.title,
        verdict: view.isStale ? "stale" : verification?.verdict.rawValue, speedup: verification?.speedup?.ratio,
        job: view.jobs.first?.id.rawValue, applied: view.hasBlock)
    }
  }
}
