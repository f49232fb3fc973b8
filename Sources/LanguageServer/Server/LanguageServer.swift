import Engine
import Foundation
import HardwareRunner
import JSONRPC
import LanguageServerProtocol

/// The language server: documents, workspaces and jobs, as the editor sees them.
///
/// All of it lives on the thread that calls `run`: requests are answered there from immutable snapshots, and whatever
/// may have to wait happens on a workspace's thread and comes back as an event. One file a feature, in `Features`.
public final class LanguageServer {
  enum Phase {
    case uninitialized, running, shutDown
  }

  let loop: MessageLoop<ServerEvent>
  let configuration: LanguageServerConfiguration
  var phase = Phase.uninitialized
  var capabilities = ClientCapabilities(json: .null)
  var encoding = PositionEncodingKind.utf16

  var workspaces: [Workspace] = []
  /// Folders that left, and at the end all: their engines may still be at it.
  var closing: [Workspace] = []
  var documents: [DocumentURI: OpenDocument] = [:]
  var notebooks: [DocumentURI: OpenNotebook] = [:]
  var documentsByNumber: [Int: OpenDocument] = [:]
  var nextDocumentNumber = 1
  /// From `initializationOptions` and pushed settings; what is pulled for a folder is laid over it.
  var editorSettings: JSONValue = .null
  /// See ``Trust``.
  var isTrusted = true
  var jobs: [JobID: JobView] = [:]
  var endedJobs: Set<JobID> = []
  /// How many progress tokens were made for each title.
  var tokenCounts: [String: Int] = [:]

  var nextRequestID = 1
  var outstanding: [RequestID: (Result<JSONValue, ResponseError>) -> Void] = [:]
  /// Requests that will be answered when background work is done.
  var deferred: Set<RequestID> = []
  var completions: [Int: (any Sendable) -> Void] = [:]
  var nextCompletion = 1
  var refreshes = Refreshes()
  var lastShown: [String: String] = [:]
  let previews = PreviewFolder()
  var texts = ServerTexts()
  var trace = TraceValue.off

  init(loop: MessageLoop<ServerEvent>, configuration: LanguageServerConfiguration) {
    self.loop = loop
    self.configuration = configuration
  }

  /// Serves one client until it leaves.
  /// - Parameters:
  ///   - input: descriptor of the client's messages, see `StandardStreams.claim`.
  ///   - output: descriptor for the server's.
  /// - Returns: the process's exit status: 0 after an orderly shutdown, else 1.
  public static func run(input: Int32, output: Int32, configuration: LanguageServerConfiguration) -> Int32 {
    guard let loop = MessageLoop<ServerEvent>(input: input, output: output) else { return 1 }
    Responsiveness.preferLatency()
    Responsiveness.reuseMemory()
    let server = LanguageServer(loop: loop, configuration: configuration)
    _ = loop.run(onMessage: { server.receive($0) }, onEvent: { server.receive($0) })
    server.close()
    return server.phase == .shutDown ? 0 : 1
  }

  func receive(_ event: ServerEvent) {
    switch event {
    case .engine(let event): apply(event)
    case .notice(let sentence): log(.warning, sentence)
    case .completed(let id, let value): completions.removeValue(forKey: id)?(value)
    }
  }

  /// Does something on a workspace's thread, and the rest here when it is done.
  func background<T: Sendable>(
    _ workspace: Workspace, _ work: @escaping @Sendable (EngineHost) -> T, then: @escaping (T) -> Void
  ) {
    let id = nextCompletion
    nextCompletion += 1
    completions[id] = { value in
      if let value = value as? T { then(value) }
    }
    let (host, mailbox) = (workspace.host, loop.mailbox)
    workspace.thread.perform { mailbox.post(.completed(id, work(host))) }
  }
}
