import Engine

/// What other threads send to the loop.
enum ServerEvent: Sendable {
  /// Something happened in a job.
  case engine(EngineEvent)
  /// A piece of background work is done; the loop holds what to do with the value.
  case completed(Int, any Sendable)
  /// A line for the client's log.
  case notice(String)
}
