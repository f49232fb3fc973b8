import Foundation

/// One sending of a request, and what is known about it afterwards.
struct ModelAttempt {
  /// How a successful attempt ended.
  struct Finish {
    var event: ModelEvent
    fileprivate var exchange: HTTPExchange

    /// Reads what follows the answer, so that the connection can be used again; gives up soon.
    func drain() async {
      exchange.drain(within: .seconds(2))
      do { for try await _ in exchange.events {} } catch {}
    }
  }

  let provider: any ModelProvider
  /// What earlier attempts of the same request were counted for.
  let earlierUsage: Usage
  /// The most that this one can cost.
  let mostUsage: Usage

  /// The provider's last figures for this attempt.
  private(set) var usage = Usage()
  /// Text and calls that were passed on, in bytes of UTF-8.
  private(set) var deliveredBytes = 0
  /// Whether the provider took the request: it is then likely to charge for it.
  private(set) var wasAnswered = false
  private var hasFinished = false

  /// What the attempt may have cost beyond the provider's figures: nothing once those are final.
  var unreportedUsage: Usage {
    guard wasAnswered, !hasFinished else { return Usage() }
    let inputIsKnown = usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens > 0
    return Usage(
      inputTokens: inputIsKnown ? 0 : mostUsage.inputTokens,
      outputTokens: max(0, min(deliveredBytes / 2, mostUsage.outputTokens) - usage.outputTokens))
  }

  init(provider: any ModelProvider, earlierUsage: Usage, mostUsage: Usage) {
    self.provider = provider
    self.earlierUsage = earlierUsage
    self.mostUsage = mostUsage
  }

  /// Sends the request and passes on what comes, but for the end.
  mutating func run(
    _ request: HTTPRequest, over transport: HTTPTransport, configuration: ModelConfiguration,
    into continuation: AsyncThrowingStream<ModelEvent, any Error>.Continuation
  ) async -> Result<Finish, any Error> {
    let exchange = transport.send(request)
    do {
      let end = try await read(exchange, configuration, into: continuation)
      try Task.checkCancellation()
      guard let end else {
        throw ModelError(
          .malformedReply, "The answer of \(configuration.name) ended in the middle; try again.", isRetriable: true)
      }
      hasFinished = true
      return .success(Finish(event: end, exchange: exchange))
    } catch {
      return .failure(error)
    }
  }

  /// - Returns: the `.finished` event; nil when the stream ended without one.
  private mutating func read(
    _ exchange: HTTPExchange, _ configuration: ModelConfiguration,
    into continuation: AsyncThrowingStream<ModelEvent, any Error>.Continuation
  ) async throws -> ModelEvent? {
    var decoder = provider.makeDecoder()
    var parser = ServerSentEventParser()
    var failed: HTTPHead?
    var failedBody = Data()
    for try await event in exchange.events {
      switch event {
      case .head(let head):
        if head.status == 200, head.headers["content-type"]?.lowercased().hasPrefix("application/json") != true {
          wasAnswered = true
        } else {
          failed = head
        }
      case .body(let bytes) where failed != nil:
        // An explanation has a few hundred bytes; a web page that a proxy sends instead need not be kept.
        if failedBody.count < 64 << 10 { failedBody.append(contentsOf: bytes) }
      case .body(let bytes):
        for event in try parser.feed(bytes) {
          if let end = try pass(on: decoder.decode(event), into: continuation) { return end }
        }
      }
    }
    if let failed { throw failure(failed, failedBody, configuration) }
    return pass(on: decoder.end(), into: continuation)
  }

  private mutating func pass(
    on events: [ModelEvent], into continuation: AsyncThrowingStream<ModelEvent, any Error>.Continuation
  ) -> ModelEvent? {
    for event in events {
      switch event {
      case .text(let text):
        deliveredBytes += text.utf8.count
        continuation.yield(event)
      case .toolCall(let call):
        deliveredBytes += call.name.utf8.count + (call.arguments?.text.utf8.count ?? 0)
        continuation.yield(event)
      case .note: continuation.yield(event)
      case .usage(let usage):
        self.usage = usage
        continuation.yield(.usage(earlierUsage + usage))
      case .finished: return event
      }
    }
    return nil
  }

  private func failure(_ head: HTTPHead, _ body: Data, _ configuration: ModelConfiguration) -> ModelError {
    if head.status == 200 {
      if let failure = ProviderFailure(ifPresentIn: body) {
        return failure.error(status: nil, model: configuration.name)
      }
      return ModelError(
        .malformedReply, "\(configuration.name) did not stream its answer; check that the base URL is a model's.")
    }
    return ProviderFailure(data: body).error(
      status: head.status, headers: head.headers, model: configuration.name, keyOrigin: configuration.keySource.origin)
  }
}
