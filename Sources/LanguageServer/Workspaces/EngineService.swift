public import Engine

/// What the language server asks of the engine of one workspace. `Engine` is one; tests bring a scripted one.
///
/// Called on a thread of the workspace's, never on the loop: some of it touches the disk.
public protocol EngineService: AnyObject, Sendable {
  /// One sentence each, with the next step, about what the opening found.
  var notices: [String] { get }
  func records(file: String) -> [OpRecord]
  func start(_ kind: JobKind, _ request: OpRequest) -> JobID
  func resume(_ job: JobID, _ request: OpRequest) -> JobID
  func cancel(_ job: JobID)
  func cancelAll(file: String)
  func close()
}

extension Engine: EngineService {}
