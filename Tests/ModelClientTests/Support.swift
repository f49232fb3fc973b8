import Foundation
import LoopbackProvider
import Synchronization

@testable import ModelClient

/// Clients and requests as the tests of this room need them.
enum Support {
  static let key = "sk-loopback-0123456789abcdef"
  static let environment = ["TEST_KEY": key]
  static let request = ModelRequest(system: "Be brief.", messages: [.init(.user, "Write it.")], maxOutputTokens: 500)
  /// Text that suffers from being cut: several bytes a character, line ends, quotes and what looks like events.
  static let text = "```python\r\nclass ModelNew:\n  x = \"é漢👩‍🔬\\n\"\n\ndata: [DONE]\n```\n"

  static func configuration(
    _ speaks: ModelProtocol = .anthropicMessages, at baseURL: String, timeouts: ModelTimeouts = ModelTimeouts(),
    price: ModelPrice? = nil
  ) -> ModelConfiguration {
    ModelConfiguration(
      provider: "loopback", speaks: speaks, model: "m/1", baseURL: baseURL, keySource: .environment("TEST_KEY"),
      price: price, timeouts: timeouts)
  }

  /// A started provider that serves `body`, and is stopped afterwards.
  static func withProvider<R>(
    _ replies: [LoopbackReply] = [], _ body: (LoopbackProvider) async throws -> R
  ) async throws -> R {
    let provider = LoopbackProvider()
    try provider.start()
    defer { provider.stop() }
    provider.script(replies)
    return try await body(provider)
  }

  /// What a stream brought until it ended or failed.
  static func collect(
    _ stream: AsyncThrowingStream<ModelEvent, any Error>
  ) async -> (events: [ModelEvent], error: ModelError?) {
    var events: [ModelEvent] = []
    do {
      for try await event in stream { events.append(event) }
      return (events, nil)
    } catch {
      return (events, error as? ModelError ?? ModelError(.malformedReply, "not a ModelError: \(error)"))
    }
  }
}

/// Waits that were asked for, and not waited.
final class Pauses: Sendable {
  private let recorded = Mutex<[Duration]>([])

  var all: [Duration] { recorded.withLock { $0 } }

  func client(
    _ configuration: ModelConfiguration, environment: [String: String] = Support.environment,
    transport: HTTPTransport? = nil
  ) throws -> ModelClient {
    try ModelClient(
      configuration: configuration, environment: environment, transport: transport,
      pause: { duration in self.recorded.withLock { $0.append(duration) } })
  }
}

extension [ModelEvent] {
  var text: String {
    reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
  }

  var usage: Usage? {
    compactMap { if case .usage(let usage) = $0 { usage } else { nil } }.last
  }
}
