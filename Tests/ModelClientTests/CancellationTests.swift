import LoopbackProvider
import Testing

@testable import ModelClient

@Suite("Cancellation", .timeLimit(.minutes(1)))
struct CancellationTests {
  @Test("cancelling the task that waits closes the connection", arguments: [true, false])
  func cancel(_ beforeAnyByte: Bool) async throws {
    let reply: LoopbackReply =
      beforeAnyByte ? .silence : .answer(text: Support.text, pace: .init(cutAfter: 900, ending: .silence))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let task = Task { try await client.complete(Support.request) }
      await provider.waitForRequests(1)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      await provider.waitForAbandonedReplies(1)
      #expect(provider.requests.count == 1)
    }
  }

  @Test("a reader that stops reading closes the connection")
  func stopReading() async throws {
    let reply = LoopbackReply.answer(text: Support.text, pace: .init(cutAfter: 900, ending: .silence))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      for try await event in client.stream(Support.request) {
        if case .text = event { break }
      }
      await provider.waitForAbandonedReplies(1)
    }
  }

  @Test("cancelling between two attempts sends no second one")
  func cancelWhileWaiting() async throws {
    try await Support.withProvider([.http(status: 503), .answer(text: "too late")]) { provider in
      let (pauses, began) = AsyncStream.makeStream(of: Void.self)
      let client = try ModelClient(
        configuration: Support.configuration(at: provider.baseURL), environment: Support.environment, transport: nil,
        pause: { _ in
          began.yield()
          try await Task.sleep(for: .seconds(3600))
        })
      let task = Task { try await client.complete(Support.request) }
      for await _ in pauses { break }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(provider.requests.count == 1)
    }
  }

  @Test("shutting the transport down ends what is under way, and what comes after it")
  func shutDown() async throws {
    try await Support.withProvider([.silence]) { provider in
      let transport = HTTPTransport(environment: [:])
      let client = try Pauses().client(Support.configuration(at: provider.baseURL), transport: transport)
      let task = Task { try await client.complete(Support.request) }
      await provider.waitForRequests(1)
      await transport.shutDown()
      await #expect(throws: CancellationError.self) { try await task.value }
      await provider.waitForAbandonedReplies(1)
      await #expect(throws: CancellationError.self) { try await client.complete(Support.request) }
      await transport.shutDown()
    }
  }
}
