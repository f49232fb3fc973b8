public import Foundation

/// Asks one language model, as `ModelConfiguration` describes it.
///
/// Making a client reads the key and sends nothing. Requests may run side by side. A request that failed before any of
/// its answer was delivered is tried again as `RetryPolicy` says; one that is cancelled closes its connection at once.
public final class ModelClient: Sendable {
  public let configuration: ModelConfiguration
  private let key: Secret?
  private let transport: HTTPTransport
  private let pause: @Sendable (Duration) async throws -> Void

  /// - Parameters:
  ///   - environment: where the key is looked up, and proxies and certificates where `transport` is nil.
  ///   - transport: connections to share with other clients.
  /// - Throws: `ModelError` of kind `.configuration` when the configuration cannot be used or the key is missing.
  public convenience init(
    configuration: ModelConfiguration, environment: [String: String] = ProcessInfo.processInfo.environment,
    transport: HTTPTransport? = nil
  ) throws {
    try self.init(
      configuration: configuration, environment: environment, transport: transport,
      pause: { try await Task.sleep(for: $0) })
  }

  /// The same, where finding the key may take as long as a person takes to unlock a keyring: no thread of the cooperative
  /// pool waits for that.
  /// - Throws: `ModelError` of kind `.configuration`.
  public static func made(
    for configuration: ModelConfiguration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> ModelClient {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        continuation.resume(with: Result { try ModelClient(configuration: configuration, environment: environment) })
      }
    }
  }

  /// - Parameter pause: how to wait between attempts; tests record instead.
  init(
    configuration: ModelConfiguration, environment: [String: String], transport: HTTPTransport?,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    key = try configuration.keySource.secret(in: environment)
    self.transport = transport ?? HTTPTransport(environment: environment)
    self.pause = pause
  }

  /// The answer as it is written. Ends after `.finished`, or throws a `ModelError`; ends without either only when the
  /// task that reads it is cancelled. Stopping to read cancels the request.
  /// - Parameter budget: what the request is counted against; a request that does not fit is not sent.
  public func stream(
    _ request: ModelRequest, within budget: Budget? = nil
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: ModelEvent.self, throwing: (any Error).self)
    let task = Task {
      do {
        try await answer(request, within: budget, into: continuation)
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { termination in
      if case .cancelled = termination { task.cancel() }
    }
    return stream
  }

  /// The whole answer.
  /// - Throws: `ModelError`, or `CancellationError` when the task was cancelled.
  public func complete(_ request: ModelRequest, within budget: Budget? = nil) async throws -> ModelReply {
    var reply = ModelReply()
    for try await event in stream(request, within: budget) where reply.take(event) { return reply }
    throw CancellationError()
  }

  // MARK: - Attempts

  private func answer(
    _ request: ModelRequest, within budget: Budget?,
    into continuation: AsyncThrowingStream<ModelEvent, any Error>.Continuation
  ) async throws {
    let provider = configuration.speaks.implementation
    var http = try provider.httpRequest(for: request, to: configuration, key: key)
    let mostUsage = Usage(
      inputTokens: Self.estimatedTokens(request), outputTokens: max(0, request.maxOutputTokens))
    var earlierUsage = Usage()
    var number = 1
    while true {
      let reservation = try await budget?.reserve(atMost: mostUsage, price: configuration.price)
      http.deadline = reservation?.deadline
      var attempt = ModelAttempt(provider: provider, earlierUsage: earlierUsage, mostUsage: mostUsage)
      let result = await attempt.run(http, over: transport, configuration: configuration, into: continuation)
      if let budget, let reservation {
        await budget.settle(
          reservation, reported: attempt.usage, unreported: attempt.unreportedUsage, wasAnswered: attempt.wasAnswered)
      }
      switch result {
      case .success(let finish):
        // Told only now, so that who sees the end of an answer finds it in the budget.
        continuation.yield(finish.event)
        continuation.finish()
        await finish.drain()
        return
      case .failure(let error):
        let error = redacted(error)
        let delay =
          attempt.deliveredBytes == 0
          ? (error as? ModelError).flatMap {
            configuration.retries.delay(afterAttempt: number, error: $0, jitter: .random(in: 0...1))
          } : nil
        guard let delay, !Task.isCancelled else { throw error }
        earlierUsage = earlierUsage + attempt.usage
        number += 1
        try await pause(delay)
      }
    }
  }

  /// The same error without the key, should a server have sent it back.
  private func redacted(_ error: any Error) -> any Error {
    guard var known = error as? ModelError, let key else { return error }
    known.message = key.redacted(in: known.message)
    return known
  }

  /// The most tokens that a question is likely to be. Code and prose in Latin letters have three to four bytes a token;
  /// two is on the safe side, so that a budget holds.
  static func estimatedTokens(_ request: ModelRequest) -> Int {
    let schemas = request.tools.map { $0.name + $0.description + $0.parameters.tree.text }
    let fixed = [request.system, request.format?.schema.tree.text ?? ""] + schemas
    let parts = request.messages.flatMap(\.parts)
    let bytes = fixed.reduce(0) { $0 + $1.utf8.count } + parts.reduce(0) { $0 + $1.bytes }
    // Providers tell their models how to call tools in some hundred tokens.
    let overhead = request.tools.isEmpty ? 0 : 800
    return bytes / 2 + 16 * (parts.count + request.tools.count + 1) + overhead
  }
}

extension ModelRequest.Message.Part {
  /// Of its text, about as much as is sent.
  fileprivate var bytes: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .toolCall(let call): call.name.utf8.count + (call.arguments?.text.utf8.count ?? 2)
    case .toolResult(let result): result.content.utf8.count
    case .note(let note): note.text.utf8.count
    }
  }
}
