import Engine
import Foundation
import JSONRPC
import LanguageServerProtocol
import SourceIndex
import Synchronization

/// `kernelwright.preview` and `kernelwright.showReport`: documents to read. A client that asks for their texts gets them
/// (LSP 3.18); for any other they are files in a folder that goes with the server.
extension LanguageServer {
  func preview(_ id: RequestID, _ argument: CommandArgument) throws {
    let (document, op) = try target(argument)
    let edit = try applying(argument.candidate, to: op, in: document)
    let diff = UnifiedDiff.text(
      replacing: edit.range, with: edit.newText, in: document.index.text, path: document.path ?? "/" + op.name)
    try show(id, diff, name: "\(op.name).diff", document)
  }

  func showReport(_ id: RequestID, _ argument: CommandArgument) throws {
    let (document, op) = try target(argument)
    let report = Report.text(
      view(of: op, in: document), file: document.path ?? document.uri, now: configuration.now())
    try show(id, report, name: "\(op.name).md", document)
  }

  /// Of an open document it is the text as the server has it, for whoever suspects that an edit got lost.
  func textDocumentContent(_ params: TextDocumentContentRequest.Params) throws -> TextDocumentContentRequest.Result {
    guard let text = texts[params.uri] ?? documents[params.uri]?.index.text.string else {
      throw ResponseError(.requestFailed, "\(params.uri) is not there any more: ask for the preview or report again.")
    }
    return .init(text: text)
  }

  /// Has the client show a text where it can; where it can't, writes it off the loop and says where it is.
  private func show(_ id: RequestID, _ text: String, name: String, _ document: OpenDocument) throws {
    if capabilities.textDocumentContent, capabilities.showDocument {
      let uri = texts.keep(text, name: name)
      loop.reply(id, ["uri": .string(uri)] as JSONValue)
      return ask(ShowDocumentRequest.self, .init(uri: uri))
    }
    guard let workspace = document.workspace else {
      throw ResponseError(.requestFailed, "There is nothing to show before the document is a file: save it first.")
    }
    deferReply(id)
    let folder = previews
    background(workspace) { _ in
      Result { try folder.write(text, name: name) }
    } then: { [weak self] result in
      guard let self else { return }
      switch result {
      case .failure(let error):
        replyLater(id, .failure(ResponseError(.requestFailed, "\(name) can't be written: \(error)")))
      case .success(let path):
        let uri = FilePath.uri(of: path)
        guard replyLater(id, .success(["uri": .string(uri)])) else { return }
        if capabilities.showDocument {
          ask(ShowDocumentRequest.self, .init(uri: uri))
        } else {
          show(.info, "\(name) is in \(path)", about: path)
        }
      }
    }
  }
}

/// Texts of documents that only the server has; the last few.
struct ServerTexts {
  static let scheme = "kernelwright"
  private static let most = 20
  private var texts: [(uri: DocumentURI, text: String)] = []
  private var number = 0

  subscript(uri: DocumentURI) -> String? { texts.first { $0.uri == uri }?.text }

  /// Under a new URI each time: what has been shown stays as it was.
  mutating func keep(_ text: String, name: String) -> DocumentURI {
    number += 1
    let uri = "\(Self.scheme):/\(number)" + FilePath.uri(of: "/" + name).dropFirst("file://".count)
    texts.append((uri, text))
    if texts.count > Self.most { texts.removeFirst() }
    return uri
  }
}

/// A folder of the server's own under the system's temporary folder, made when it is first needed.
final class PreviewFolder: Sendable {
  private let path = Mutex<String?>(nil)

  /// Writes a file and gives its path. Called on a workspace's thread.
  func write(_ text: String, name: String) throws -> String {
    let folder = try path.withLock { path -> String in
      if let path { return path }
      let made = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(
        atPath: made, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      path = made
      return made
    }
    let file = folder + "/" + name.map { $0 == "/" ? "_" : String($0) }.joined()
    try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    return file
  }

  func remove() {
    let made = path.withLock { path in
      defer { path = nil }
      return path
    }
    if let made { try? FileManager.default.removeItem(atPath: made) }
  }
}
