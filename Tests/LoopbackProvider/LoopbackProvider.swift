import Foundation
import Synchronization

/// A language-model provider on this machine, for tests: a real HTTP/1.1 server on 127.0.0.1 that answers with what the
/// test has scripted, and remembers what it was asked.
///
/// It speaks the Anthropic Messages, OpenAI Chat Completions and OpenAI Responses protocols (by the request's path), and
/// can misbehave in the ways that real providers do. Each connection has a thread of its own.
///
/// ```swift
/// let provider = LoopbackProvider()
/// try provider.start()
/// defer { provider.stop() }
/// provider.script([.http(status: 529), .answer(text: "…")])
/// ```
public final class LoopbackProvider: Sendable {
  /// Where a condition in the log is waited for.
  private struct Waiter {
    var id: Int
    var isMet: @Sendable (Log) -> Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct Log {
    var requests: [RecordedRequest] = []
    var connections = 0
    var complete = 0
    var closedByClient = 0
  }

  private struct State {
    var listener: LoopbackSocket?
    var connections: [Int: LoopbackSocket] = [:]
    var replies: [LoopbackReply] = []
    var lastReply: LoopbackReply?
    var log = Log()
    var waiters: [Waiter] = []
    var nextWaiter = 0
    var isStopped = false
  }

  private let state = Mutex(State())

  public init() {}

  deinit { stop() }

  // MARK: - For the test

  /// Opens an ephemeral port and begins to answer.
  public func start() throws {
    let listener = try LoopbackSocket.listening()
    state.withLock { $0.listener = listener }
    // Weak, so that a provider that a test forgot to stop ends with the test.
    let thread = Thread { [weak self] in
      while let connection = listener.accept() {
        guard let self else { break }
        self.serve(connection)
      }
      listener.close()
    }
    thread.name = "loopback-provider"
    thread.start()
  }

  /// `http://127.0.0.1:PORT`. Only between `start` and `stop`.
  public var baseURL: String {
    "http://127.0.0.1:\(state.withLock { $0.listener?.port ?? 0 })"
  }

  /// What the next requests get, in order; replaces what was scripted before.
  /// - Parameter last: what every request after those gets; nil for an error that says that the script is over.
  public func script(_ replies: [LoopbackReply], thenAlways last: LoopbackReply? = nil) {
    state.withLock { state in
      state.replies = replies
      state.lastReply = last
    }
  }

  /// Every request so far, in the order of arrival.
  public var requests: [RecordedRequest] { state.withLock { $0.log.requests } }

  /// Connections that were ever accepted.
  public var connectionCount: Int { state.withLock { $0.log.connections } }

  /// Waits until this many requests have arrived.
  public func waitForRequests(_ count: Int) async {
    await wait { $0.requests.count >= count }
  }

  /// Waits until this many replies have gone out whole.
  public func waitForCompleteReplies(_ count: Int) async {
    await wait { $0.complete >= count }
  }

  /// Waits until clients have closed this many connections in the middle of a reply.
  public func waitForAbandonedReplies(_ count: Int) async {
    await wait { $0.closedByClient >= count }
  }

  /// Closes every connection and the port. What is scripted and recorded stays.
  public func stop() {
    state.withLock { state in
      // Their threads wake from this, and close them; under the lock, so that none is closed before.
      state.listener?.shutDown()
      for connection in state.connections.values { connection.shutDown() }
      state.listener = nil
      state.isStopped = true
    }
  }

  // MARK: - For the connections' threads

  /// Ends at once when the task is cancelled, so that a test whose time limit passes fails instead of hanging.
  private func wait(until isMet: @escaping @Sendable (Log) -> Bool) async {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          if isMet(state.log) || Task.isCancelled { return false }
          state.waiters.append(Waiter(id: id, isMet: isMet, continuation: continuation))
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume()
    }
  }

  private func record(_ change: (inout Log) -> Void) {
    let met = state.withLock { state in
      change(&state.log)
      let met = state.waiters.filter { $0.isMet(state.log) }
      state.waiters.removeAll { $0.isMet(state.log) }
      return met
    }
    for waiter in met { waiter.continuation.resume() }
  }

  private func recordAbandonedReply() {
    // `stop` closes connections too; that is not the client's doing.
    if !state.withLock({ $0.isStopped }) { record { $0.closedByClient += 1 } }
  }

  private func nextReply() -> LoopbackReply {
    state.withLock { state in
      if !state.replies.isEmpty { return state.replies.removeFirst() }
      return state.lastReply ?? .http(status: 418, body: #"{"error": {"message": "the test's script is over"}}"#)
    }
  }

  private func serve(_ socket: LoopbackSocket) {
    let number: Int? = state.withLock { state in
      if state.isStopped { return nil }
      state.connections[state.log.connections] = socket
      return state.log.connections
    }
    guard let number else { return socket.close() }
    record { $0.connections += 1 }
    let thread = Thread { [weak self] in
      var connection = LoopbackConnection(socket: socket, number: number)
      var goesOn = true
      while goesOn, let request = connection.readRequest() {
        guard let self else { break }
        self.record { $0.requests.append(request) }
        switch connection.send(self.nextReply(), to: request) {
        case .kept: self.record { $0.complete += 1 }
        case .dropped: goesOn = false
        case .abandoned:
          goesOn = false
          self.recordAbandonedReply()
        }
      }
      self?.forget(number)
      socket.close()
    }
    thread.name = "loopback-connection"
    thread.start()
  }

  private func forget(_ number: Int) {
    state.withLock { $0.connections[number] = nil }
  }
}
