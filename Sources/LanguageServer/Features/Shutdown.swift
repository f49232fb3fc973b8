import Foundation
import JSONRPC

/// `shutdown` and the end: every job is stopped, every process of it gone, every result in the store.
extension LanguageServer {
  func shutDown(_: JSONNull) -> JSONNull {
    phase = .shutDown
    // What was promised an answer gets one: nobody else will give it.
    for id in deferred { replyLater(id, .failure(ResponseError(.serverCancelled, "the server is shutting down"))) }
    closeWorkspaces()
    return JSONNull()
  }

  private func closeWorkspaces() {
    for workspace in workspaces { close(workspace) }
  }

  /// After the loop has ended, for whatever reason.
  func close() {
    if phase != .shutDown { closeWorkspaces() }
    // An engine sends its signals at once and has 200 ms to see them obeyed; a disk that hangs is not waited for.
    let deadline = DispatchTime.now() + .seconds(2)
    for workspace in closing { _ = workspace.thread.waitForEnd(until: deadline) }
    previews.remove()
  }
}
