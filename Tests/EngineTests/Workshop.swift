import Engine
import Foundation
import HardwareRunner
import SourceIndex
import Testing

/// A workspace of its own with one file, and the engine on it.
final class Workshop: Sendable {
  static let python = ProcessInfo.processInfo.environment["KERNELWRIGHT_TEST_PYTHON"]

  let folder: URL
  let file: String
  let engine: Engine
  let events: AsyncStream<EngineEvent>

  init(_ source: String) throws {
    folder = URL(fileURLWithPath: NSTemporaryDirectory() + "kernelwright-engine-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    file = folder.appending(path: "op.py").path
    try Data(source.utf8).write(to: URL(fileURLWithPath: file))
    let (stream, continuation) = AsyncStream<EngineEvent>.makeStream()
    events = stream
    engine = try Engine(workspace: folder.path) { continuation.yield($0) }
  }

  func request(_ source: String, settings: EngineSettings = EngineSettings()) throws -> OpRequest {
    var settings = settings
    settings.python = Self.python
    let document = IndexedDocument(text: SourceText(source))
    let op = try #require(document.op(named: "Model") ?? document.ops.first)
    return OpRequest(file: file, document: document, op: op, settings: settings, workspace: folder.path)
  }

  /// Every event of a job up to its last one.
  func events(of job: JobID) async -> [EngineEvent] {
    var all: [EngineEvent] = []
    for await event in events where event.job == job {
      all.append(event)
      if event.isFinal { break }
    }
    return all
  }

  func close() {
    engine.close()
    try? FileManager.default.removeItem(at: folder)
  }
}
