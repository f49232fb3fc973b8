import Engine
import Synchronization

/// Holds the engine of a workspace, opened when it is first needed. Used on the workspace's thread.
final class EngineHost: Sendable {
  /// Why there is no engine, for the person.
  struct OpeningFailure: Error {
    var message: String
  }

  private let workspace: String
  private let make: LanguageServerConfiguration.MakeEngine
  private let observer: @Sendable (EngineEvent) -> Void
  private let notice: @Sendable (String) -> Void
  private let engine = Mutex<(any EngineService)?>(nil)

  init(
    workspace: String, make: @escaping LanguageServerConfiguration.MakeEngine,
    observer: @escaping @Sendable (EngineEvent) -> Void, notice: @escaping @Sendable (String) -> Void
  ) {
    self.workspace = workspace
    self.make = make
    self.observer = observer
    self.notice = notice
  }

  /// The engine if it is open.
  var current: (any EngineService)? { engine.withLock { $0 } }

  /// The engine, opened now if need be.
  func open() throws(OpeningFailure) -> any EngineService {
    if let current { return current }
    do {
      let opened = try make(workspace, observer)
      engine.withLock { $0 = opened }
      for sentence in opened.notices { notice(sentence) }
      return opened
    } catch {
      throw OpeningFailure(message: "The results of \(workspace) can't be opened: \(error)")
    }
  }

  func close() {
    let open = engine.withLock { engine in
      defer { engine = nil }
      return engine
    }
    open?.close()
  }
}
