import CRunner
import Foundation
import Synchronization

/// What a worker process is for; decides which commands it knows (`Worker/main.py`).
public enum WorkerRole: String, Sendable, Codable, Hashable {
  /// The user's op: describe it, make example inputs, capture its graph, profile it.
  case reference
  /// The reference in float64, and the making of inputs (`oracle.py`).
  case oracle
  /// A contender that holds the user's own code: `eager`, `torch.compile`.
  case baseline
  /// A contender that holds generated code.
  case candidate
  /// A contender that does no work.
  case null
  /// What the machine can do (`device.py`).
  case device

  /// Contenders are frozen whenever nothing is asked of them, so that none takes time from another.
  var isContender: Bool { self == .baseline || self == .candidate || self == .null }
}

/// One Python worker process that obeys commands, one at a time.
///
/// A command is `{"id", "do", …}` and its reply `{"id", "ok": true, …}` or `{"id", "ok": false, "error"}`
/// (`protocol/worker/`). Any number of tasks may call ``request(_:_:reply:timeout:)``; the requests queue up. Nothing
/// here blocks a thread of Swift's pool.
public final class Worker: Sendable {
  public let role: WorkerRole
  /// The memory shared with the process, if it was given any.
  public let arena: SharedArena?

  let tree: ProcessTree
  /// The Python process itself, by the host's numbers; the tree's root until it is known.
  let interpreter: Mutex<pid_t>
  /// Where the arena lies in the process, as it said before it had loaded anybody's code.
  var arenaAddresses: Range<UInt64> { state.withLock { $0.arenaAddresses } }
  /// Whether ``GuardedMemory`` is at work in it, as it said before it had loaded anybody's code.
  var hasGuardedMemory: Bool { state.withLock { $0.hasGuardedMemory } }
  let thread: WorkThread
  private let commands: Descriptor
  private let replies: Descriptor
  private let drain: OutputDrain
  private let scratch: ScratchFolder?
  private struct State {
    var lastID = 0
    var failure: WorkerFailure?
    var arenaAddresses: Range<UInt64> = 0..<0
    var hasGuardedMemory = false
  }
  private let state = Mutex(State())

  init(
    role: WorkerRole, arena: SharedArena?, tree: ProcessTree, thread: WorkThread, channel: WorkerChannel,
    scratch: ScratchFolder?
  ) {
    self.role = role
    self.arena = arena
    self.tree = tree
    interpreter = Mutex(tree.root)
    self.thread = thread
    commands = channel.commands
    replies = channel.replies
    drain = channel.drain
    self.scratch = scratch
  }

  deinit { tree.kill() }

  /// Sends one command and waits for its reply.
  /// - Parameters:
  ///   - body: encoded as a JSON object; its keys stand beside `id` and `do`.
  /// - Throws: ``WorkerFailure``. After anything but `raised` and `outOfMemory` the process is gone.
  public func request<Reply: Decodable & Sendable>(
    _ command: String, _ body: some Encodable & Sendable, reply: Reply.Type = Reply.self, timeout: Duration
  ) async throws -> Reply {
    try await thread.run { [self] in
      try guarded {
        let deadline = crunner_now() + timeout.nanoseconds
        try resume()
        let id = try send(command, body, deadline: deadline)
        let answer = try receive(Reply.self, id: id, deadline: deadline, timeout: timeout)
        try rest()
        return answer
      }
    }
  }

  /// Kills the process and all its descendants. Returns at once; idempotent.
  public func terminate() { tree.kill() }

  /// The end of what the process printed on stdout and stderr.
  public var printed: String { drain.text }

  /// Whether the process is there and has not let us down.
  public var isUsable: Bool { state.withLock { $0.failure == nil } && !tree.wasKilled && tree.child.end == nil }

  func setUp(interpreter pid: pid_t?, _ hello: HelloMessage) {
    if let pid { interpreter.withLock { $0 = pid } }
    state.withLock { state in
      state.hasGuardedMemory = hello.guarded ?? false
      if let start = hello.arenaAddress, let arena { state.arenaAddresses = start..<start &+ UInt64(arena.size) }
    }
  }

  // MARK: Pieces of an exchange, on the worker's thread

  /// Runs `body`; when it fails with anything but an error of the Python code, the process is done for: it is killed,
  /// and every later request gets the same failure.
  func guarded<Value>(_ body: () throws -> Value) throws -> Value {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    do {
      return try body()
    } catch let failure as WorkerFailure {
      switch failure {
      case .raised, .outOfMemory:
        try rest()
        throw failure
      default: throw fail(failure)
      }
    } catch {
      throw fail(.protocolViolation(String(describing: error)))
    }
  }

  private func fail(_ failure: WorkerFailure) -> WorkerFailure {
    let result: WorkerFailure =
      drain.flooded ? .outputFlood(bytes: drain.limit) : tree.wasKilled ? .terminated : failure
    state.withLock { $0.failure = result }
    tree.kill()
    return result
  }

  /// Lets a resting contender run.
  func resume() throws {
    if role.isContender { tree.thaw() }
  }

  /// Stops a contender until it is needed again.
  func rest() throws {
    if role.isContender { try tree.freeze() }
  }

  func send(_ command: String, _ body: some Encodable, deadline: UInt64) throws -> Int {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    do {
      let message = try JSONEncoder().encode(WorkerCommand(id: id, command: command, body: body))
      try commands.writeAll(WorkerChannel.frame(message), deadline: deadline)
    } catch WorkerFailure.exited {
      throw ending()
    }
    return id
  }

  func receive<Reply: Decodable>(
    _ type: Reply.Type, id: Int, deadline: UInt64, timeout: Duration
  ) throws -> Reply {
    let bytes = try receiveFrame(deadline: deadline, timeout: timeout)
    return try decode(type, from: bytes, id: id)
  }

  /// The bytes of the next frame.
  func receiveFrame(deadline: UInt64, timeout: Duration) throws -> [UInt8] {
    do {
      let limit = WorkerChannel.frameLimit(role)
      guard let bytes = try WorkerChannel.readFrame(from: replies, limit: limit, deadline: deadline) else {
        throw ending()
      }
      return bytes
    } catch WorkerFailure.timedOut {
      throw WorkerFailure.timedOut(seconds: timeout.seconds)
    }
  }

  func decode<Reply: Decodable>(_ type: Reply.Type, from bytes: [UInt8], id: Int) throws -> Reply {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    do {
      let head = try decoder.decode(WorkerReply.self, from: data)
      guard head.id == id else {
        throw WorkerFailure.protocolViolation("an answer to \(head.id) where \(id) had been asked")
      }
      if head.ok { return try decoder.decode(type, from: data) }
      let error = head.error
      if error?.kind == "OutOfMemory" { throw WorkerFailure.outOfMemory(message: error?.message ?? "") }
      throw WorkerFailure.raised(
        kind: error?.kind ?? "Error", message: error?.message ?? "no message", line: error?.line,
        traceback: error?.traceback ?? "")
    } catch let failure as WorkerFailure {
      throw failure
    } catch {
      throw WorkerFailure.protocolViolation("a reply that can't be read: \(error)")
    }
  }

  /// What became of a process that has closed its end.
  private func ending() -> WorkerFailure {
    guard let end = tree.child.blockingWait(seconds: 2) else {
      return .protocolViolation("the process closed its replies and went on")
    }
    drain.blockingWait(seconds: 1)
    let text = drain.text
    switch end {
    case .signalled(let signal): return Self.crash(signal, text)
    // bubblewrap reports a child's signal as a shell does.
    case .exited(let status) where status > 128 && status < 128 + 65 && tree.root != tree.child.pid:
      return Self.crash(status - 128, text)
    case .exited(let status): return .exited(status: status, stderr: text)
    }
  }

  private static func crash(_ signal: Int32, _ text: String) -> WorkerFailure {
    if signal == SIGABRT && text.contains("std::bad_alloc") { return .outOfMemory(message: "std::bad_alloc") }
    return .crashed(signal: signal, stderr: text)
  }
}
