import Foundation

/// One of the protocols: how a question is put, and how the stream of its answer is read.
///
/// Providers are pure: they make requests and read events, and send nothing.
protocol ModelProvider: Sendable {
  /// What follows the base URL, such as `/chat/completions`.
  var path: String { get }
  /// The version that comes before the path: `/v1`.
  var version: String { get }
  /// Whether base URLs have the version in them by convention.
  var versionIsPartOfBase: Bool { get }
  /// Header lines that the protocol asks for, besides the content type and the key.
  var headers: [String] { get }
  /// What comes before the key in the header that carries it.
  var authorizationPrefix: String { get }

  /// The body of the request, asking for a stream.
  func body(for request: ModelRequest, to configuration: ModelConfiguration) throws -> Data
  /// Reads one answer's events.
  func makeDecoder() -> any ModelStreamDecoder
}

/// Reads the events of one answer, in order.
protocol ModelStreamDecoder: Sendable {
  /// - Returns: what the event means; nothing for events that do not concern us.
  /// - Throws: `ModelError` when the event says that the provider failed, or cannot be read.
  mutating func decode(_ event: ServerSentEvent) throws -> [ModelEvent]
  /// The stream has ended, in good order, without the event that should end it.
  /// - Returns: `.finished` if enough was said to know how the answer ended.
  mutating func end() -> [ModelEvent]
}

extension ModelProvider {
  /// The whole request.
  func httpRequest(
    for request: ModelRequest, to configuration: ModelConfiguration, key: Secret?
  ) throws -> HTTPRequest {
    HTTPRequest(
      url: url(base: configuration.baseURL),
      headers: ["Content-Type: application/json", "Accept: text/event-stream"] + headers,
      authorization: key.map { AuthorizationHeader(prefix: authorizationPrefix, key: $0) },
      body: try body(for: request, to: configuration), timeouts: configuration.timeouts)
  }

  /// The base URL with the protocol's path. A base that follows the other convention is understood, too: one with the
  /// version where the protocol adds it, or a mere host where the protocol does not.
  private func url(base: String) -> String {
    var base = base
    while base.hasSuffix("/") { base.removeLast() }
    let hasOwnPath = !(URLComponents(string: base)?.path ?? "").isEmpty
    let isComplete = base.hasSuffix(version) || (versionIsPartOfBase && hasOwnPath)
    return base + (isComplete ? "" : version) + path
  }
}

extension ModelProtocol {
  /// The protocol's implementation.
  var implementation: any ModelProvider {
    switch self {
    case .anthropicMessages: AnthropicMessages()
    case .openAIChatCompletions: OpenAIChatCompletions()
    case .openAIResponses: OpenAIResponses()
    }
  }
}

/// JSON as the providers' protocols use it, with keys in snake case on the wire.
enum ProviderJSON {
  /// Keys in order, so that the same request has the same bytes: provider caches and tests rely on it.
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value)
    } catch {
      throw ModelError(.configuration, "The request cannot be written as JSON; check its temperature and limits.")
    }
  }

  /// Reads an event's data.
  /// - Throws: `ModelError` of kind `.malformedReply`, without the data.
  static func decode<T: Decodable>(_ type: T.Type, from event: ServerSentEvent) throws -> T {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(type, from: Data(event.data.utf8))
    } catch {
      throw ModelError(
        .malformedReply, "The model's provider sent an event that is not in its protocol; try again.",
        isRetriable: true)
    }
  }
}
