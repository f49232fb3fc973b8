import Dispatch
import Foundation
import Store
import Synchronization

/// Takes the events of all jobs in order, stores each, then shows it.
///
/// A serial queue of its own: whoever posts never waits for the disk, and nothing is shown before it was stored.
final class EventLog: Sendable {
  private let store: Store
  private let observer: @Sendable (EngineEvent) -> Void
  private let queue = DispatchQueue(label: "kernelwright.event-log")
  /// Events that could not be stored (a full disk); tried again with the next, so that they are kept if space returns.
  private let unsaved = Mutex<[Entry]>([])

  private struct Entry: Sendable {
    var event: EngineEvent
    var changes: Changes?
  }

  init(store: Store, observer: @escaping @Sendable (EngineEvent) -> Void) {
    self.store = store
    self.observer = observer
  }

  typealias Changes = @Sendable (StoreWriter) throws -> Void

  /// Stores and shows an event; `changes` are stored before it in the same transaction (a verdict with the event that
  /// tells of it).
  func post(_ event: EngineEvent, before changes: Changes? = nil) {
    queue.async { [self] in
      let problem = save(Entry(event: event, changes: changes))
      if let problem { observer(event.saying(.finding("This result could not be stored: \(problem)"))) }
      observer(event)
    }
  }

  /// Waits until everything posted so far was stored and shown.
  func drain() {
    queue.sync {}
  }

  /// - Returns: what went wrong, the first time that it does.
  private func save(_ entry: Entry) -> String? {
    let pending = unsaved.withLock { $0 }
    do {
      try store.write { writer in
        for entry in pending + [entry] {
          try entry.changes?(writer)
          try Self.append(entry.event, to: writer)
        }
      }
      unsaved.withLock { $0 = [] }
      return nil
    } catch {
      unsaved.withLock { $0.append(entry) }
      return pending.isEmpty ? "\(error)" : nil
    }
  }

  private static func append(_ event: EngineEvent, to writer: StoreWriter) throws {
    let payload = try JSONEncoder().encode(event.body)
    try writer.append(
      NewEvent(kind: event.body.name, payload: payload, date: event.date), toJob: event.job.rawValue)
    switch event.body {
    case .finished(let result):
      let outcome = try result.map { try JSONEncoder().encode($0) }
      try writer.setState(.done, ofJob: event.job.rawValue, outcome: outcome, at: event.date)
    case .failed(let message, _):
      let outcome = try JSONEncoder().encode(["message": message])
      try writer.setState(.failed, ofJob: event.job.rawValue, outcome: outcome, at: event.date)
    case .cancelled: try writer.setState(.cancelled, ofJob: event.job.rawValue, at: event.date)
    case .started: try writer.setState(.running, ofJob: event.job.rawValue, at: event.date)
    default: break
    }
  }
}

extension EngineEvent {
  /// The same event of the same job, saying something else.
  func saying(_ body: Body) -> EngineEvent {
    var event = self
    event.body = body
    return event
  }
}

extension EngineEvent.Body {
  /// The kind of event as it is stored.
  var name: String {
    switch self {
    case .queued: "queued"
    case .started: "started"
    case .progress: "progress"
    case .finding: "finding"
    case .profiled: "profiled"
    case .proposed: "proposed"
    case .judged: "judged"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}
