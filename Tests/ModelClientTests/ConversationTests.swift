import Foundation
import LoopbackProvider
import Synchronization
import Testing

@testable import ModelClient

@Suite("Conversations", .timeLimit(.minutes(1)))
struct ConversationTests {
  /// What a store does, without one.
  private final class Kept: Sendable {
    let replies = Mutex<[String: ModelReply]>([:])

    var memory: ModelConversation.Memory {
      .init(
        known: { asked in self.replies.withLock { $0[asked] } },
        keep: { asked, reply in
          // As it lies in a database.
          let data = try JSONEncoder().encode(reply)
          let read = try JSONDecoder().decode(ModelReply.self, from: data)
          self.replies.withLock { $0[asked] = read }
        })
    }
  }

  private static let start = ModelRequest(
    system: "Be brief.", messages: [], maxOutputTokens: 500, tools: [ToolTests.tool], isContinued: true)
  private static let script = [
    LoopbackReply.answer(text: "I try this.", calls: [ToolTests.call]),
    .answer(text: "Done.", tokens: .init(cached: 90)),
  ]

  /// Two turns: a call, and what the model says to its result.
  private func talk(_ conversation: inout ModelConversation) async throws -> [ModelReply] {
    let first = try await conversation.reply(to: "Write it.")
    let results = first.toolCalls.map { ModelRequest.Message.Part.toolResult(.init(callID: $0.id, content: "wrong")) }
    return [first, try await conversation.reply(to: results)]
  }

  @Test("turns follow each other, each counted, with calls and their results", arguments: ModelProtocol.allCases)
  func turns(_ speaks: ModelProtocol) async throws {
    try await Support.withProvider(Self.script) { provider in
      let client = try Pauses().client(
        Support.configuration(speaks, at: provider.baseURL, price: ModelPrice(input: 3, output: 15, cachedInput: 0.3)))
      let budget = Budget(.init(dollars: 10))
      var conversation = ModelConversation(Self.start, with: client, within: budget)
      let replies = try await talk(&conversation)
      #expect(replies.map(\.text) == ["I try this.", "Done."])
      #expect(conversation.request.messages.map(\.role) == [.user, .assistant, .user, .assistant])
      let sent = String(decoding: try #require(provider.requests.last).body, as: UTF8.self)
      #expect(sent.contains("wrong") && sent.contains("call_7") && sent.contains("I try this."))
      let spent = await budget.spent
      #expect(spent.requests == 2)
      #expect(spent.usage == replies.reduce(Usage()) { $0 + $1.usage })
      #expect(abs((spent.dollars ?? 0) - (240 * 3 + 90 * 0.3 + 90 * 15) / 1e6) < 1e-12)
    }
  }

  @Test("what was paid for is not asked for again, up to where the first life ended")
  func resumed() async throws {
    let kept = Kept()
    try await Support.withProvider(Self.script) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      var first = ModelConversation(Self.start, with: client, memory: kept.memory)
      let replies = try await talk(&first)
      #expect(provider.requests.count == 2)
      var second = ModelConversation(Self.start, with: client, memory: kept.memory)
      #expect(try await talk(&second) == replies)
      #expect(second.request == first.request)
      #expect(provider.requests.count == 2)
      // Another question of the same conversation is another matter.
      provider.script([.answer(text: "Other.")])
      var third = ModelConversation(Self.start, with: client, memory: kept.memory)
      #expect(try await third.reply(to: "Write another.").text == "Other.")
      #expect(provider.requests.count == 3)
    }
  }

  @Test("a turn that failed is not taken, and can be taken again")
  func failed() async throws {
    try await Support.withProvider([.http(status: 400, body: #"{"error": {"message": "no"}}"#), .answer(text: "Yes.")])
    {
      provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      var conversation = ModelConversation(Self.start, with: client)
      await #expect(throws: ModelError.self) { _ = try await conversation.reply(to: "Write it.") }
      #expect(conversation.request.messages.isEmpty)
      #expect(try await conversation.reply(to: "Write it.").text == "Yes.")
    }
  }

  @Test("a long conversation loses its oldest turns, never half of a call")
  func shortened() async throws {
    var script: [LoopbackReply] = []
    for number in 0..<6 {
      script.append(
        .answer(
          text: String(repeating: "x", count: 2000),
          calls: [.init(id: "call_\(number)", name: "submit_candidate", arguments: "{}")]))
    }
    try await Support.withProvider(script) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      var conversation = ModelConversation(Self.start, with: client)
      var reply = try await conversation.reply(to: "Write it.")
      for _ in 0..<5 {
        let results = reply.toolCalls.map {
          ModelRequest.Message.Part.toolResult(.init(callID: $0.id, content: "wrong"))
        }
        reply = try await conversation.reply(to: results)
      }
      conversation.shorten(toTokens: 4500)
      let messages = conversation.request.messages
      #expect(messages.count < 12 && messages.count >= 4)
      #expect(messages[0].text == "Write it.")
      #expect(messages.last == reply.message)
      let calls = Set(messages.dropLast().flatMap(\.toolCalls).map(\.id))
      let results = messages.flatMap(\.parts).compactMap {
        if case .toolResult(let result) = $0 { result.callID } else { nil }
      }
      #expect(calls == Set(results))
    }
  }
}
