import JSONRPC
import LanguageServerProtocol

/// `initialize` and `initialized`: what both sides can do. Nothing is opened, read or started here.
extension LanguageServer {
  func initialize(_ params: InitializeRequest.Params) -> InitializeRequest.Result {
    phase = .running
    capabilities = params.capabilities
    trace = params.trace
    editorSettings = Self.section(of: params.initializationOptions)
    isTrusted = editorSettings[Trust.member]?.boolValue ?? true
    addFolders(params)
    if let process = params.processId, let process = Int32(exactly: process), process > 0 {
      loop.watch(process: process)
    }
    let chosen = capabilities.positionEncodings.lazy.compactMap(PositionEncodingKind.init).first
    encoding = chosen ?? .utf16
    return InitializeRequest.Result(
      capabilities: ServerCapabilities(
        positionEncoding: chosen, codeActionKinds: ["quickfix", ActionKind.base],
        commands: KernelwrightCommand.allCases.map(\.rawValue),
        resolvesCodeActions: capabilities.codeActionResolvesEdit,
        resolvesInlayHints: capabilities.inlayHintTooltipResolve, pullsDiagnostics: capabilities.pullDiagnostics,
        syncsNotebooks: capabilities.notebooks,
        contentScheme: capabilities.textDocumentContent ? ServerTexts.scheme : nil),
      serverName: "kernelwright", serverVersion: configuration.version)
  }

  private func addFolders(_ params: InitializeRequest.Params) {
    for folder in params.workspaceFolders { addFolder(folder.uri) }
    guard params.workspaceFolders.isEmpty else { return }
    if let root = params.rootUri {
      addFolder(root)
    } else if let path = params.rootPath, path.hasPrefix("/") {
      addFolder(FilePath.uri(of: path))
    }
  }

  func initialized() {
    var registrations: [RegistrationRequest.Registration] = []
    if capabilities.configurationDynamicRegistration {
      registrations.append(
        .init(
          id: "configuration", method: DidChangeConfigurationNotification.method,
          options: ["section": .string(Self.settingsSection)]))
    }
    if capabilities.watchedFilesDynamicRegistration {
      registrations.append(
        .init(
          id: "files", method: DidChangeWatchedFilesNotification.method,
          options: ["watchers": [["globPattern": .string("**/\(Self.settingsFile)")]]]))
    }
    if !registrations.isEmpty { ask(RegistrationRequest.self, .init(registrations)) }
    pullConfiguration()
  }
}
