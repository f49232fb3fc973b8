import Foundation
import LoopbackProvider
import Testing

@testable import ModelClient

@Suite("Tools and forms", .timeLimit(.minutes(1)))
struct ToolTests {
  static let tool = ModelTool(
    name: "submit_candidate", description: "Has a candidate checked and timed.",
    parameters: .object(["idea": .string("One sentence."), "sourceFile": .string(), "additionalCount": .integer()]))
  static let call = LoopbackAnswer.Call(
    id: "call_7", name: "submit_candidate",
    arguments: #"{"idea": "é \"x\"", "sourceFile": "a\nb", "additionalCount": 3}"#)

  /// A conversation with everything that one can have in it.
  static let conversation = ModelRequest(
    system: "Be brief.",
    messages: [
      .init(.user, "Write it."),
      .init(
        .assistant,
        parts: [
          .text("I try this."),
          .toolCall(ToolCall(id: "call_1", name: "submit_candidate", arguments: .object(["idea": .string("i")]))),
          .toolCall(ToolCall(id: "call_2", name: "submit_candidate", arguments: nil)),
        ]),
      .init(
        .user,
        parts: [
          .toolResult(ToolResult(callID: "call_1", content: "wrong at (0, 3)")),
          .toolResult(ToolResult(callID: "call_2", content: "no JSON", isError: true)), .text("Go on."),
        ]),
    ],
    maxOutputTokens: 500, temperature: 0.5, tools: [tool], toolChoice: .named("submit_candidate"), isContinued: true)

  static let structured = ModelRequest(
    messages: [.init(.user, "Which?")],
    format: AnswerFormat(
      name: "plan", schema: .object(["agents": .list(of: .choice(["fusion", "layout"])), "share": .number()])))

  @Test(
    "calls arrive whole, however their bytes are cut", arguments: ModelProtocol.allCases, [nil, 1, 7] as [Int?])
  func calls(_ speaks: ModelProtocol, _ bytes: Int?) async throws {
    let calls = [Self.call, .init(id: "call_8", name: "submit_candidate", arguments: "{}")]
    let reply = LoopbackReply.answer(
      text: "I try this.", calls: calls, tokens: .init(input: 70, cached: 30, written: 5, output: 9),
      pace: .init(bytes: bytes))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let reply = try await client.complete(Self.conversation)
      #expect(reply.text == "I try this.")
      #expect(reply.stopReason == .toolUse)
      #expect(reply.usage == Usage(inputTokens: 70, cachedInputTokens: 30, cacheWriteTokens: 5, outputTokens: 9))
      #expect(reply.toolCalls.map(\.id) == ["call_7", "call_8"])
      #expect(reply.toolCalls.first?.arguments?["idea"]?.string == "é \"x\"")
      #expect(reply.toolCalls.first?.arguments?["sourceFile"]?.string == "a\nb")
      #expect(reply.toolCalls.first?.arguments?["additionalCount"]?.number == 3)
      #expect(reply.toolCalls.last?.arguments == .object([:]))
      // As a turn it goes back as it came.
      let again = ModelRequest(messages: Self.conversation.messages + [reply.message, .init(.user, "And?")])
      let body = try speaks.implementation.body(for: again, to: client.configuration)
      let text = String(decoding: body, as: UTF8.self)
      #expect(text.contains("call_7") && text.contains("sourceFile"))
    }
  }

  @Test("arguments that are no JSON object are told apart from none", arguments: ["{\"a\": ", "[1]", "\"text\"", "no"])
  func malformed(_ arguments: String) async throws {
    #expect(ToolCall(id: "1", name: "n", text: arguments).arguments == nil)
    #expect(ToolCall(id: "1", name: "n", text: " ").arguments == .object([:]))
  }

  @Test("keys of schemas are sent as they are", arguments: ModelProtocol.allCases)
  func keys(_ speaks: ModelProtocol) throws {
    let configuration = Support.configuration(speaks, at: "https://h")
    let body = try speaks.implementation.body(for: Self.conversation, to: configuration)
    let text = String(decoding: body, as: UTF8.self)
    for key in ["additionalProperties", "sourceFile", "additionalCount"] { #expect(text.contains("\"\(key)\"")) }
  }

  @Test("a kept conversation is marked where Anthropic looks for it, twice and no more")
  func caching() throws {
    let configuration = Support.configuration(.anthropicMessages, at: "https://h")
    var request = Self.conversation
    let body = try AnthropicMessages().body(for: request, to: configuration)
    let json = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    let system = try #require(json["system"] as? [[String: Any]])
    #expect(system.last?["cache_control"] as? [String: String] == ["type": "ephemeral"])
    let turns = try #require(json["messages"] as? [[String: Any]])
    let blocks = try #require(turns.last?["content"] as? [[String: Any]])
    #expect(blocks.map { $0["cache_control"] != nil } == [false, false, true])
    #expect(String(decoding: body, as: UTF8.self).components(separatedBy: "cache_control").count == 3)
    request.isContinued = false
    let plain = try AnthropicMessages().body(for: request, to: configuration)
    #expect(!String(decoding: plain, as: UTF8.self).contains("cache_control"))
  }

  @Test("OpenAI's own servers hear which conversation it is, others nothing that they may not know")
  func cacheKey() throws {
    for speaks in [ModelProtocol.openAIChatCompletions, .openAIResponses] {
      for (base, isTold) in [("https://api.openai.com/v1", true), ("http://localhost:1/v1", false)] {
        let configuration = Support.configuration(speaks, at: base)
        let body = try speaks.implementation.body(for: Self.conversation, to: configuration)
        #expect(String(decoding: body, as: UTF8.self).contains("prompt_cache_key") == isTold)
      }
    }
  }

  @Test("signed thoughts of Anthropic's models go back as they came")
  func thoughts() async throws {
    let events = [
      #"{"type": "message_start", "message": {"usage": {"input_tokens": 5, "output_tokens": 1}}}"#,
      #"{"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}"#,
      #"{"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm"}}"#,
      #"{"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "m."}}"#,
      #"{"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}}"#,
      #"{"type": "content_block_stop", "index": 0}"#,
      #"{"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "eHg="}}"#,
      #"{"type": "content_block_stop", "index": 1}"#,
      #"{"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": ""}}"#,
      #"{"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Done."}}"#,
      #"{"type": "content_block_stop", "index": 2}"#,
      #"{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}"#,
      #"{"type": "message_stop"}"#,
    ].map { "data: \($0)\n\n" }
    try await Support.withProvider([.events(events)]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let reply = try await client.complete(Support.request)
      #expect(reply.text == "Done.")
      #expect(
        reply.parts == [
          .note(
            .object(["type": .string("thinking"), "thinking": .string("Hmm."), "signature": .string("c2ln")])),
          .note(.object(["type": .string("redacted_thinking"), "data": .string("eHg=")])), .text("Done."),
        ])
      let body = try AnthropicMessages().body(
        for: ModelRequest(messages: [.init(.user, "a"), reply.message, .init(.user, "b")], isContinued: true),
        to: client.configuration)
      #expect(String(decoding: body, as: UTF8.self).contains(#""signature":"c2ln""#))
    }
  }

  @Test("a call that a broken connection cut off is asked for again, whole")
  func cutOff() async throws {
    let cut = LoopbackReply.answer(text: "", calls: [Self.call], pace: .init(cutAfter: 900, ending: .drop))
    try await Support.withProvider([cut, .answer(text: "", calls: [Self.call])]) { provider in
      let client = try Pauses().client(Support.configuration(.openAIResponses, at: provider.baseURL))
      let reply = try await client.complete(Self.conversation)
      #expect(reply.toolCalls.map(\.id) == ["call_7"])
      #expect(provider.requests.count == 2)
    }
  }

  @Test("what is asked for with tools is counted before it is sent")
  func estimate() {
    var plain = Self.conversation
    plain.tools = []
    #expect(ModelClient.estimatedTokens(Self.conversation) > ModelClient.estimatedTokens(plain) + 100)
    #expect(ModelClient.estimatedTokens(plain) > ModelClient.estimatedTokens(Support.request))
  }
}
