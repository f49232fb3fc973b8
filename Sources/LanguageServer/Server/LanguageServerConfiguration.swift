public import Engine
public import Foundation
public import SourceIndex

/// What the executable gives to the language server: how to make engines, and where settings come from.
public struct LanguageServerConfiguration: Sendable {
  public typealias MakeEngine =
    @Sendable (_ workspace: String, _ observer: @escaping @Sendable (EngineEvent) -> Void) throws ->
    any EngineService

  public var version: String
  /// Opens the engine of a workspace. Called on the workspace's thread, at most once at a time.
  public var makeEngine: MakeEngine
  /// Settings of a workspace before the editor's are laid over them. Called on the workspace's thread; may read files.
  public var settingsForWorkspace: @Sendable (_ workspace: String) -> EngineSettings
  /// Whether there may be results to show for a workspace in which nothing was asked for yet. Opening a file must not
  /// leave a database behind, so the engine is opened for it only when this says so. Called on the workspace's thread.
  public var mayHoldResults: @Sendable (_ workspace: String) -> Bool
  /// What the engine can run. Ops of other kinds are listed, and nothing is promised of them. With `.selection`, selected
  /// statements are offered as ops.
  public var runnableKinds: [OpKind]
  /// The present, for the ages of results.
  public var now: @Sendable () -> Date

  public init(
    version: String,
    makeEngine: @escaping MakeEngine = { try Engine(workspace: $0, observer: $1) },
    settingsForWorkspace: @escaping @Sendable (_ workspace: String) -> EngineSettings = { _ in EngineSettings() },
    mayHoldResults: @escaping @Sendable (_ workspace: String) -> Bool = { workspace in
      FileManager.default.fileExists(atPath: workspace + "/.kernelwright")
    },
    runnableKinds: [OpKind] = [.module, .function],
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.version = version
    self.makeEngine = makeEngine
    self.settingsForWorkspace = settingsForWorkspace
    self.mayHoldResults = mayHoldResults
    self.runnableKinds = runnableKinds
    self.now = now
  }
}
