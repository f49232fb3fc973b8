import Engine
import JSONRPC
import LanguageServerProtocol

/// Folders of the workspace, each with an engine of its own that is opened when there is something to open it for.
extension LanguageServer {
  func addFolder(_ uri: DocumentURI) {
    guard let path = FilePath.path(of: uri), !workspaces.contains(where: { $0.path == path && $0.uri != nil }) else {
      return
    }
    workspaces.append(makeWorkspace(path: path, uri: uri))
  }

  private func makeWorkspace(path: String, uri: DocumentURI?) -> Workspace {
    let mailbox = loop.mailbox
    let host = EngineHost(
      workspace: path, make: configuration.makeEngine, observer: { mailbox.post(.engine($0)) },
      notice: { mailbox.post(.notice($0)) })
    return Workspace(path: path, uri: uri, host: host)
  }

  func didChangeWorkspaceFolders(_ params: DidChangeWorkspaceFoldersNotification.Params) {
    for folder in params.removed { removeFolder(folder.uri) }
    for folder in params.added { addFolder(folder.uri) }
    for document in documents.values {
      let workspace = document.path.map(workspace(for:))
      guard workspace !== document.workspace else { continue }
      document.workspace = workspace
      loadRecords(document)
    }
    pullConfiguration()
  }

  private func removeFolder(_ uri: DocumentURI) {
    guard let index = workspaces.firstIndex(where: { $0.uri == uri }) else { return }
    let removed = workspaces.remove(at: index)
    close(removed)
    // The engine tells nothing of jobs that it is made to let go.
    for job in jobs.values where FilePath.contains(removed.path, job.file) {
      jobs[job.id] = nil
      endedJobs.insert(job.id)
      endProgress(job, "\(job.opName): stopped, because its folder left the workspace.")
    }
    for document in documents.values where document.workspace === removed { document.workspace = nil }
  }

  /// Has the engine let go of its jobs and close its store, off the loop.
  func close(_ workspace: Workspace) {
    workspace.thread.perform { [host = workspace.host] in host.close() }
    workspace.thread.close()
    closing.append(workspace)
  }

  /// The innermost folder that holds a file; for a file outside of all, the folder that it stands in.
  func workspace(for path: String) -> Workspace {
    let holding = workspaces.filter { $0.uri != nil && FilePath.contains($0.path, path) }
    if let innermost = holding.max(by: { $0.path.utf8.count < $1.path.utf8.count }) { return innermost }
    let folder = FilePath.folder(of: path)
    if let known = workspaces.first(where: { $0.path == folder }) { return known }
    let workspace = makeWorkspace(path: folder, uri: nil)
    workspaces.append(workspace)
    return workspace
  }

  /// Fetches what earlier sessions found out about a document's ops, if there is anything, off the loop.
  func loadRecords(_ document: OpenDocument) {
    guard let path = document.path, let workspace = document.workspace else { return }
    let configuration = self.configuration
    struct Loaded: Sendable {
      var records: [OpRecord]
      var settings: EngineSettings
      var failure: String?
    }
    let folder = workspace.path
    let revision = document.knowledge.revision
    background(workspace) { host -> Loaded? in
      if host.current == nil, !configuration.mayHoldResults(folder) { return nil }
      let settings = configuration.settingsForWorkspace(folder)
      do throws(EngineHost.OpeningFailure) {
        let engine = try host.open()
        return Loaded(records: engine.records(file: path), settings: settings)
      } catch {
        return Loaded(records: [], settings: settings, failure: error.message)
      }
    } then: { [weak self, weak document] loaded in
      guard let self, let loaded, let document else { return }
      workspace.baseSettings = loaded.settings
      if let failure = loaded.failure { log(.error, failure) }
      guard document.isOpen else { return }
      // What was read may be older than an event that came meanwhile.
      guard document.knowledge.revision == revision else { return loadRecords(document) }
      if document.knowledge.replace(with: loaded.records) { viewChanged(document) }
    }
  }
}
