import Engine
import Foundation
import HardwareRunner
import JSONRPC
import Synchronization

/// The engines of the workspaces that tools were asked about, opened at first use.
actor Engines {
  private let settings: @Sendable (String) -> EngineSettings
  private var open: [String: Host] = [:]

  /// One engine and those who listen to it.
  final class Host: Sendable {
    let engine: Engine
    private let listeners: Listeners

    private final class Listeners: Sendable {
      let streams = Mutex<[UUID: AsyncStream<EngineEvent>.Continuation]>([:])
    }

    init(workspace: String) throws {
      let listeners = Listeners()
      self.listeners = listeners
      engine = try Engine(workspace: workspace) { event in
        for stream in listeners.streams.withLock({ Array($0.values) }) { stream.yield(event) }
      }
    }

    /// Runs a job to its end; stops it when the calling task is cancelled.
    /// - Returns: the bodies of all its events.
    func run(
      _ kind: JobKind, _ request: OpRequest, progress: @Sendable (ToolProgress) -> Void
    ) async throws -> [EngineEvent.Body] {
      let (events, continuation) = AsyncStream<EngineEvent>.makeStream()
      let name = UUID()
      listeners.streams.withLock { $0[name] = continuation }
      defer { listeners.streams.withLock { $0[name] = nil } }
      let job = engine.start(kind, request)
      return try await withTaskCancellationHandler {
        var bodies: [EngineEvent.Body] = []
        for await event in events where event.job == job {
          bodies.append(event.body)
          if case .progress(let step) = event.body {
            progress(ToolProgress(fraction: step.fraction, message: step.message))
          }
          if case .failed(let message, let code) = event.body { throw EngineError(code, message) }
          if case .cancelled = event.body { throw CancellationError() }
          if event.isFinal { break }
        }
        return bodies
      } onCancel: {
        engine.cancel(job)
      }
    }
  }

  init(settings: @escaping @Sendable (String) -> EngineSettings) { self.settings = settings }

  func host(of workspace: String) throws -> Host {
    if let known = open[workspace] { return known }
    let host = try Host(workspace: workspace)
    open[workspace] = host
    return host
  }

  nonisolated func settings(of workspace: String, _ arguments: JSONValue) -> EngineSettings {
    var settings = settings(workspace)
    if let python = arguments["python"]?.stringValue { settings.python = python }
    if let budget = arguments["budget_seconds"]?.doubleValue, budget > 0 { settings.budgetSeconds = budget }
    return settings
  }

  func close() {
    for host in open.values { host.engine.close() }
    open = [:]
  }
}
