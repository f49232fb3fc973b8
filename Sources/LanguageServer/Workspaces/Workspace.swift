import Engine
import JSONRPC
import LanguageServerProtocol

/// A folder that the client has open, or the folder of a file that stands alone.
final class Workspace {
  let path: String
  /// Nil for the folder of a file outside of the client's folders.
  let uri: DocumentURI?
  let thread: WorkspaceThread
  let host: EngineHost
  /// As last read from the workspace's files; read again whenever a job starts.
  var baseSettings = EngineSettings()
  /// What the editor said for this folder; laid over the others.
  var editorSettings: JSONValue = .null

  init(path: String, uri: DocumentURI?, host: EngineHost) {
    self.path = path
    self.uri = uri
    self.host = host
    thread = WorkspaceThread(name: "workspace \(path)")
  }
}
