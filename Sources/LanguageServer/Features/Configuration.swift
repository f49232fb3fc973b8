import Engine
import JSONRPC
import LanguageServerProtocol

/// Settings: the workspace's files, the editor's over them (pushed, or pulled from clients that answer).
extension LanguageServer {
  static let settingsSection = "kernelwright"
  /// The file of a workspace that holds settings.
  static let settingsFile = "pyproject.toml"

  /// Clients send either `{"kernelwright": {…}}` or the settings themselves.
  static func section(of json: JSONValue) -> JSONValue {
    json[settingsSection] ?? json
  }

  func didChangeConfiguration(_ params: DidChangeConfigurationNotification.Params) {
    if capabilities.configuration { return pullConfiguration() }
    guard params.settings.objectValue != nil else { return }
    editorSettings = Self.section(of: params.settings)
    settingsChanged()
  }

  /// Asks for the settings of every folder; a client without folders for those that hold everywhere.
  func pullConfiguration() {
    guard capabilities.configuration else { return }
    let folders = workspaces.filter { $0.uri != nil }
    let scopes: [DocumentURI?] = folders.isEmpty ? [nil] : folders.map(\.uri)
    ask(ConfigurationRequest.self, .init(scopes: scopes, section: Self.settingsSection)) { [weak self] result in
      guard let self, case .success(let answers) = result else { return }
      if folders.isEmpty {
        if let answer = answers.first, answer.objectValue != nil { editorSettings = answer }
      } else {
        for (folder, answer) in zip(folders, answers) { folder.editorSettings = answer }
      }
      settingsChanged()
    }
  }

  /// A workspace's own settings are read again, off the loop.
  func didChangeWatchedFiles(_ params: DidChangeWatchedFilesNotification.Params) {
    let folders = Set(params.uris.compactMap(FilePath.path(of:)).map(FilePath.folder(of:)))
    let read = configuration.settingsForWorkspace
    for workspace in workspaces where folders.contains(workspace.path) {
      background(workspace) { [folder = workspace.path] _ in
        read(folder)
      } then: { [weak self] settings in
        guard let self, workspace.baseSettings != settings else { return }
        workspace.baseSettings = settings
        settingsChanged()
      }
    }
  }

  private func settingsChanged() {
    for problem in Set(workspaces.flatMap { overlay(for: $0).problems }) { log(.warning, "Settings: \(problem)") }
    for document in documents.values { viewChanged(document) }
  }

  /// What the editor says for a workspace.
  func overlay(for workspace: Workspace?) -> SettingsOverlay {
    var overlay = SettingsOverlay(editorSettings)
    if let workspace, workspace.editorSettings.objectValue != nil {
      overlay.lay(SettingsOverlay(workspace.editorSettings))
    }
    return overlay
  }

  /// The settings that hold in a workspace, by what is known of its files.
  func settings(for workspace: Workspace?) -> EngineSettings {
    overlay(for: workspace).applied(to: workspace?.baseSettings ?? EngineSettings())
  }
}
