import Engine
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// A document as the editor has it.
final class OpenDocument {
  let uri: DocumentURI
  /// Nil for documents that are no files; those can be looked at, but nothing can be run in them.
  let path: String?
  /// A short name for the document in data that comes back from the client.
  let number: Int
  var version: Int
  var index: IndexedDocument
  weak var workspace: Workspace?
  /// The notebook that this is a cell of; its program is what runs, and what the path is of.
  var notebook: OpenNotebook?
  var knowledge = FileKnowledge()
  var isOpen = true
  /// A job was asked for, so that there may be one to stop when the document is closed.
  var hasAskedForJobs = false
  /// Replies about the whole document that still hold, by method. Editors ask for them again and again: on every
  /// refresh, from every view, after a pause in typing.
  var replies: [String: RawJSON] = [:]
  /// Encoded diagnostics as they were last sent, and their result id.
  var sentDiagnostics: (items: [UInt8], resultID: Int) = ([], 0)
  /// What was last pushed to a client that doesn't pull.
  var published: (version: Int, resultID: Int, isEmpty: Bool)?
  /// An edit or an event since they were made.
  var diagnosticsAreStale = true
  var publication: TimerID?
  var publicationIsScheduled = false

  init(uri: DocumentURI, path: String?, number: Int, version: Int, index: IndexedDocument) {
    self.uri = uri
    self.path = path
    self.number = number
    self.version = version
    self.index = index
  }

  /// The reply to a request about the whole document: as it was given before, or made now.
  func reply(_ method: String, _ write: (inout JSONWriter) -> Void) -> RawJSON {
    if let known = replies[method] { return known }
    var writer = JSONWriter(reserving: index.opCount * 256)
    writer.array(write)
    let reply = RawJSON(bytes: writer.bytes)
    replies[method] = reply
    return reply
  }
}
