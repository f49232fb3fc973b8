import Foundation
import LoopbackProvider
import Testing

@testable import ModelClient

@Suite("Streaming", .timeLimit(.minutes(1)))
struct StreamingTests {
  @Test(
    "an answer arrives whole, however its bytes are cut", arguments: ModelProtocol.allCases,
    [nil, 1, 3, 1000] as [Int?])
  func answer(_ speaks: ModelProtocol, _ bytes: Int?) async throws {
    let reply = LoopbackReply.answer(
      text: Support.text, tokens: .init(input: 70, cached: 30, output: 9), pace: .init(bytes: bytes))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let (events, error) = await Support.collect(client.stream(Support.request))
      #expect(error == nil)
      #expect(events.text == Support.text)
      #expect(events.usage == Usage(inputTokens: 70, cachedInputTokens: 30, outputTokens: 9))
      #expect(events.last == .finished(reason: .endOfTurn))
      #expect(events.filter { if case .text = $0 { true } else { false } }.count > 1, "it came in pieces")
    }
  }

  @Test("a cut-off or refused answer says so", arguments: ModelProtocol.allCases)
  func stopReasons(_ speaks: ModelProtocol) async throws {
    let replies = [
      LoopbackReply.answer(text: "half", stop: .maxTokens), .answer(text: "no", stop: .refusal),
    ]
    try await Support.withProvider(replies) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      #expect(try await client.complete(Support.request).stopReason == .maxTokens)
      #expect(try await client.complete(Support.request).stopReason == .refusal)
    }
  }

  @Test("the question is put in the protocol's words, with the key in its header", arguments: ModelProtocol.allCases)
  func question(_ speaks: ModelProtocol) async throws {
    try await Support.withProvider([.answer(text: "x")]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      _ = try await client.complete(Support.request)
      let sent = try #require(provider.requests.first)
      #expect(sent.method == "POST")
      #expect(sent.headers["content-type"] == "application/json")
      #expect(sent.json["model"] as? String == "m/1")
      #expect(sent.json["stream"] as? Bool == true)
      #expect(sent.json["temperature"] == nil)
      #expect(sent.lastMessage == "Write it.")
      switch speaks {
      case .anthropicMessages:
        #expect(sent.target == "/v1/messages")
        #expect(sent.headers["x-api-key"] == Support.key)
        #expect(sent.headers["anthropic-version"] == "2023-06-01")
        #expect(sent.headers["authorization"] == nil)
        #expect(sent.json["system"] as? String == "Be brief.")
        #expect(sent.json["max_tokens"] as? Int == 500)
      case .openAIChatCompletions:
        #expect(sent.target == "/v1/chat/completions")
        #expect(sent.headers["authorization"] == "Bearer \(Support.key)")
        let turns = try #require(sent.json["messages"] as? [[String: String]])
        #expect(turns == [["role": "system", "content": "Be brief."], ["role": "user", "content": "Write it."]])
        #expect(sent.json["max_tokens"] as? Int == 500)
        #expect(sent.json["stream_options"] as? [String: Bool] == ["include_usage": true])
      case .openAIResponses:
        #expect(sent.target == "/v1/responses")
        #expect(sent.headers["authorization"] == "Bearer \(Support.key)")
        #expect(sent.json["instructions"] as? String == "Be brief.")
        #expect(sent.json["max_output_tokens"] as? Int == 500)
        #expect(sent.json["store"] as? Bool == false)
      }
    }
  }

  @Test("OpenAI itself gets the limit under its own name")
  func completionTokens() throws {
    let configuration = Support.configuration(.openAIChatCompletions, at: "https://api.openai.com/v1")
    let body = try OpenAIChatCompletions().body(for: Support.request, to: configuration)
    let json = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    #expect(json["max_completion_tokens"] as? Int == 500)
    #expect(json["max_tokens"] == nil)
  }

  @Test(
    "a base URL may have its version or not",
    arguments: [
      (ModelProtocol.anthropicMessages, "https://h", "https://h/v1/messages"),
      (.anthropicMessages, "https://h/v1/", "https://h/v1/messages"),
      (.anthropicMessages, "https://h/proxy", "https://h/proxy/v1/messages"),
      (.openAIChatCompletions, "http://h:1", "http://h:1/v1/chat/completions"),
      (.openAIChatCompletions, "http://h:1/v1", "http://h:1/v1/chat/completions"),
      (.openAIChatCompletions, "https://h/api/v3", "https://h/api/v3/chat/completions"),
      (.openAIResponses, "https://h/v1", "https://h/v1/responses"),
    ])
  func addresses(_ speaks: ModelProtocol, _ base: String, _ url: String) throws {
    let configuration = Support.configuration(speaks, at: base)
    #expect(try speaks.implementation.httpRequest(for: Support.request, to: configuration, key: nil).url == url)
  }

  @Test("a server that closes without its last words has still answered")
  func missingDone() async throws {
    let events = [
      #"data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}"# + "\n\n",
      #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"# + "\n\n",
    ]
    try await Support.withProvider([.events(events)]) { provider in
      let client = try Pauses().client(Support.configuration(.openAIChatCompletions, at: provider.baseURL))
      let reply = try await client.complete(Support.request)
      #expect(reply.text == "hi")
      #expect(reply.stopReason == .maxTokens)
    }
  }

  @Test("events and fields that nobody knows yet are passed over", arguments: ModelProtocol.allCases)
  func unknownEvents(_ speaks: ModelProtocol) async throws {
    let known = try #require(LoopbackAnswer.events(path: speaks.implementation.fullPath, text: "fine"))
    let unknown: String =
      speaks == .openAIChatCompletions
      ? #"data: {"object":"new.thing","choices":[],"delta":{"deep":[1]}}"# + "\n\n"
      : "event: new.thing\ndata: {\"type\":\"new.thing\",\"text\":{\"deep\":[1]}}\n\n"
    let events = known.flatMap { [unknown, ": comment\n\n", $0] }
    try await Support.withProvider([.events(events)]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "fine")
    }
  }

  @Test("a cost that the provider itself reports is passed on")
  func reportedCost() async throws {
    let events = [
      #"data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}"# + "\n\n",
      #"data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"cost":0.25}}"# + "\n\n",
      "data: [DONE]\n\n",
    ]
    try await Support.withProvider([.events(events)]) { provider in
      let client = try Pauses().client(Support.configuration(.openAIChatCompletions, at: provider.baseURL))
      let reply = try await client.complete(Support.request)
      #expect(reply.usage == Usage(inputTokens: 10, outputTokens: 2, reportedCost: 0.25))
      #expect(reply.usage.cost(at: ModelPrice(input: 1, output: 1)) == 0.25)
    }
  }
}

extension ModelProvider {
  var fullPath: String { version + path }
}
