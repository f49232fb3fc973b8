import Engine
import JSONRPC
import LanguageServerProtocol

/// Which refreshes were asked for and are not answered yet: one of a kind at a time.
struct Refreshes {
  enum Kind: Hashable, CaseIterable {
    case inlayHints, codeLenses, diagnostics
  }
  var underWay: Set<Kind> = []
  var wantedAgain: Set<Kind> = []
  var isScheduled = false
}

/// Tells the client that what it shows has changed without an edit.
extension LanguageServer {
  /// What is shown of a document has changed: a record, a job's beginning or end, settings.
  func viewChanged(_ document: OpenDocument) {
    contentChanged(document)
    guard !refreshes.isScheduled else { return }
    refreshes.isScheduled = true
    loop.whenIdle { [weak self] in
      guard let self else { return }
      refreshes.isScheduled = false
      for kind in Refreshes.Kind.allCases { refresh(kind) }
    }
  }

  private func refresh(_ kind: Refreshes.Kind) {
    guard phase == .running, isSupported(kind) else { return }
    guard refreshes.underWay.insert(kind).inserted else {
      refreshes.wantedAgain.insert(kind)
      return
    }
    let then: (Result<JSONValue, ResponseError>) -> Void = { [weak self] _ in
      guard let self else { return }
      refreshes.underWay.remove(kind)
      if refreshes.wantedAgain.remove(kind) != nil { refresh(kind) }
    }
    switch kind {
    case .inlayHints: ask(InlayHintRefreshRequest.self, JSONNull(), then: then)
    case .codeLenses: ask(CodeLensRefreshRequest.self, JSONNull(), then: then)
    case .diagnostics: ask(DiagnosticRefreshRequest.self, JSONNull(), then: then)
    }
  }

  private func isSupported(_ kind: Refreshes.Kind) -> Bool {
    switch kind {
    case .inlayHints: capabilities.inlayHintRefresh
    case .codeLenses: capabilities.codeLensRefresh
    case .diagnostics: capabilities.pullDiagnostics && capabilities.diagnosticRefresh
    }
  }
}
