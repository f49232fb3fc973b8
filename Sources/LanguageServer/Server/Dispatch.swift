import JSONRPC
import LanguageServerProtocol

/// From messages to features.
extension LanguageServer {
  func receive(_ message: IncomingMessage) {
    switch message {
    case .request(let id, let method, let params): answer(id, method, params)
    case .notification(let method, let params): take(method, params)
    case .response(let id, let result): outstanding.removeValue(forKey: id)?(result)
    case .malformed(let id, let error): loop.fail(id, error)
    }
  }

  private func answer(_ id: RequestID, _ method: String, _ params: JSONValue) {
    guard !deferred.contains(id) else {
      return loop.fail(id, ResponseError(.invalidRequest, "a request with the id \(id) is under way"))
    }
    switch phase {
    case .uninitialized:
      guard method == InitializeRequest.method else {
        return loop.fail(id, ResponseError(.serverNotInitialized, "\(method) came before initialize"))
      }
    case .running:
      guard method != InitializeRequest.method else {
        return loop.fail(id, ResponseError(.invalidRequest, "initialize came twice"))
      }
    case .shutDown:
      return loop.fail(id, ResponseError(.invalidRequest, "\(method) came after shutdown"))
    }
    switch method {
    case InitializeRequest.method: reply(id, params, InitializeRequest.self, initialize)
    case ShutdownRequest.method: reply(id, params, ShutdownRequest.self, shutDown)
    case HoverRequest.method: reply(id, params, HoverRequest.self, hover)
    case CodeActionRequest.method: reply(id, params, CodeActionRequest.self, codeActions)
    case CodeActionResolveRequest.method: reply(id, params, CodeActionResolveRequest.self, resolveCodeAction)
    case CodeLensRequest.method: reply(id, params, CodeLensRequest.self, codeLenses)
    case CodeLensResolveRequest.method: reply(id, params, CodeLensResolveRequest.self, resolveCodeLens)
    case InlayHintRequest.method: reply(id, params, InlayHintRequest.self, inlayHints)
    case InlayHintResolveRequest.method: reply(id, params, InlayHintResolveRequest.self, resolveInlayHint)
    case DocumentSymbolRequest.method: reply(id, params, DocumentSymbolRequest.self, documentSymbols)
    case DocumentDiagnosticRequest.method: reply(id, params, DocumentDiagnosticRequest.self, documentDiagnostics)
    case WorkspaceDiagnosticRequest.method: reply(id, params, WorkspaceDiagnosticRequest.self, workspaceDiagnostics)
    case TextDocumentContentRequest.method: reply(id, params, TextDocumentContentRequest.self, textDocumentContent)
    case OpsRequest.method: reply(id, params, OpsRequest.self, ops)
    case ExecuteCommandRequest.method: decode(id, params, ExecuteCommandRequest.Params.self) { execute(id, $0) }
    default: loop.fail(id, ResponseError(.methodNotFound, "the method \(method) is not known here"))
    }
  }

  private func take(_ method: String, _ params: JSONValue) {
    guard method != ExitNotification.method else { return loop.stop() }
    // Nothing but requests is answered, so what comes too early or too late can only be left alone.
    guard phase == .running else { return }
    switch method {
    case InitializedNotification.method: initialized()
    case DidOpenTextDocumentNotification.method: take(params, DidOpenTextDocumentNotification.self, didOpen)
    case DidChangeTextDocumentNotification.method: take(params, DidChangeTextDocumentNotification.self, didChange)
    case DidCloseTextDocumentNotification.method: take(params, DidCloseTextDocumentNotification.self, didClose)
    case DidSaveTextDocumentNotification.method, DidSaveNotebookDocumentNotification.method: break
    case DidOpenNotebookDocumentNotification.method:
      take(params, DidOpenNotebookDocumentNotification.self, didOpenNotebook)
    case DidChangeNotebookDocumentNotification.method:
      take(params, DidChangeNotebookDocumentNotification.self, didChangeNotebook)
    case DidCloseNotebookDocumentNotification.method:
      take(params, DidCloseNotebookDocumentNotification.self, didCloseNotebook)
    case DidChangeConfigurationNotification.method:
      take(params, DidChangeConfigurationNotification.self, didChangeConfiguration)
    case DidChangeWorkspaceFoldersNotification.method:
      take(params, DidChangeWorkspaceFoldersNotification.self, didChangeWorkspaceFolders)
    case WorkDoneProgressCancelNotification.method:
      take(params, WorkDoneProgressCancelNotification.self, cancelProgress)
    case CancelRequestNotification.method: take(params, CancelRequestNotification.self, cancelRequest)
    case DidChangeWatchedFilesNotification.method:
      take(params, DidChangeWatchedFilesNotification.self, didChangeWatchedFiles)
    case SetTraceNotification.method:
      take(params, SetTraceNotification.self) { trace = TraceValue(rawValue: $0.value) ?? .off }
    default:
      // Notifications that begin with `$/` may be ignored; others should be known (LSP 3.17 "$ Notifications").
      if !method.hasPrefix("$/") { log(.log, "The notification \(method) is not known here.") }
    }
  }

  private func decode<Params: JSONDecodable>(
    _ id: RequestID, _ params: JSONValue, _ type: Params.Type, _ body: (Params) -> Void
  ) {
    do {
      body(try Params(json: params))
    } catch {
      loop.fail(id, ResponseError(.invalidParams, "\(error)"))
    }
  }

  private func reply<R: ClientRequest>(
    _ id: RequestID, _ params: JSONValue, _ request: R.Type, _ body: (R.Params) throws -> R.Result
  ) {
    decode(id, params, R.Params.self) { params in
      let begun = trace == .off ? nil : ContinuousClock.now
      defer { begun.map { tellTrace(R.method, since: $0) } }
      do {
        loop.reply(id, try body(params))
      } catch let error as ResponseError {
        loop.fail(id, error)
      } catch {
        loop.fail(id, ResponseError(.internalError, "\(error)"))
      }
    }
  }

  private func take<N: ClientNotification>(_ params: JSONValue, _ notification: N.Type, _ body: (N.Params) -> Void) {
    do {
      body(try N.Params(json: params))
    } catch {
      log(.warning, "\(N.method) could not be read: \(error)")
    }
  }

  // MARK: Sending

  /// Sends a request of ours; a reply that can't be read counts as an error.
  func ask<R: ServerRequest>(
    _ request: R.Type, _ params: R.Params, then: @escaping (Result<R.Result, ResponseError>) -> Void = { _ in }
  ) {
    let id = RequestID.number(nextRequestID)
    nextRequestID += 1
    outstanding[id] = { result in
      then(
        result.flatMap { json in
          do {
            return .success(try R.Result(json: json))
          } catch {
            return .failure(ResponseError(.internalError, "\(error)"))
          }
        })
    }
    loop.request(id, R.method, params)
  }

  func notify<N: ServerNotification>(_ notification: N.Type, _ params: N.Params, about subject: String? = nil) {
    loop.notify(N.method, params, replacing: subject.map { CoalescingKey(N.method, $0) })
  }

  /// Promises an answer for later.
  func deferReply(_ id: RequestID) {
    deferred.insert(id)
  }

  /// Keeps the promise, unless the client took the request back in between; false then.
  @discardableResult
  func replyLater(_ id: RequestID, _ result: Result<JSONValue, ResponseError>) -> Bool {
    guard deferred.remove(id) != nil else { return false }
    switch result {
    case .success(let value): loop.reply(id, value)
    case .failure(let error): loop.fail(id, error)
    }
    return true
  }

  private func cancelRequest(_ params: CancelRequestNotification.Params) {
    replyLater(params.id, .failure(ResponseError(.requestCancelled, "cancelled")))
  }
}
