import Foundation
import LoopbackProvider
import Testing

@testable import ModelClient

@Suite("Failures", .timeLimit(.minutes(1)))
struct FailureTests {
  @Test(
    "a passing failure is tried again, after the time that was asked for",
    arguments: [408, 409, 429, 500, 502, 503, 504, 529])
  func retriedStatus(_ status: Int) async throws {
    let failure = LoopbackReply.http(
      status: status, headers: [("Retry-After", "7")], body: #"{"error":{"message":"no"}}"#)
    try await Support.withProvider([failure, failure, .answer(text: "yes")]) { provider in
      let pauses = Pauses()
      let client = try pauses.client(Support.configuration(at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "yes")
      #expect(pauses.all.count == 2)
      #expect(pauses.all.allSatisfy { $0 >= .seconds(7) && $0 < .seconds(8) })
      #expect(Set(provider.requests.map(\.body)).count == 1, "the same question each time")
    }
  }

  @Test(
    "a lasting failure is not tried again, and says what to do", arguments: [400, 401, 402, 403, 404, 413, 422, 302])
  func lastingStatus(_ status: Int) async throws {
    let body = #"{"type":"error","error":{"type":"x","message":"because \#(Support.key) of this"}}"#
    try await Support.withProvider([.http(status: status, body: body)]) { provider in
      let pauses = Pauses()
      let client = try pauses.client(Support.configuration(at: provider.baseURL))
      let (events, error) = await Support.collect(client.stream(Support.request))
      let failure = try #require(error)
      #expect(events.isEmpty)
      #expect(failure.kind == .provider)
      #expect(failure.status == status)
      #expect(!failure.isRetriable)
      #expect(failure.description.contains(";"), "it has a next step")
      #expect(!failure.description.contains(Support.key))
      #expect(!failure.description.contains("\n"))
      #expect(provider.requests.count == 1)
      #expect(pauses.all.isEmpty)
      if status == 401 { #expect(failure.description.contains("TEST_KEY")) }
      if status == 422 { #expect(failure.description.contains("because [key] of this")) }
    }
  }

  @Test("a redirect is not followed: the key goes to its provider only")
  func redirect() async throws {
    try await Support.withProvider { other in
      let away = LoopbackReply.http(status: 307, headers: [("Location", other.baseURL + "/v1/messages")])
      try await Support.withProvider([away]) { provider in
        let client = try Pauses().client(Support.configuration(at: provider.baseURL))
        await #expect(throws: ModelError.self) { try await client.complete(Support.request) }
        #expect(other.requests.isEmpty)
      }
    }
  }

  @Test("trying again ends after the attempts that are allowed")
  func attemptsEnd() async throws {
    try await Support.withProvider(Array(repeating: .http(status: 529), count: 9)) { provider in
      let pauses = Pauses()
      let client = try pauses.client(Support.configuration(at: provider.baseURL))
      let error = await Support.collect(client.stream(Support.request)).error
      #expect(error?.status == 529)
      #expect(error?.isRetriable == true)
      #expect(provider.requests.count == 4)
      #expect(pauses.all.count == 3)
    }
  }

  @Test("an empty account, or a server that says so, is not tried again")
  func hopeless() async throws {
    let quota = #"{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"pay"}}"#
    let replies = [
      LoopbackReply.http(status: 429, body: quota), .http(status: 500, headers: [("x-should-retry", "false")]),
      .http(status: 429, headers: [("Retry-After", "86400")]),
    ]
    try await Support.withProvider(replies) { provider in
      let pauses = Pauses()
      let client = try pauses.client(Support.configuration(.openAIChatCompletions, at: provider.baseURL))
      for _ in replies { await #expect(throws: ModelError.self) { try await client.complete(Support.request) } }
      #expect(provider.requests.count == 3)
      #expect(pauses.all.isEmpty)
    }
  }

  @Test("a connection that breaks before any text is tried again", arguments: ModelProtocol.allCases)
  func dropBeforeText(_ speaks: ModelProtocol) async throws {
    let start = LoopbackReply.answer(text: "x", pace: .init(cutAfter: 20, ending: .drop))
    try await Support.withProvider([.drop, start, .answer(text: "yes")]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "yes")
      #expect(provider.requests.count == 3)
    }
  }

  @Test(
    "a connection that breaks in the text is an error, and nothing is said twice", arguments: ModelProtocol.allCases)
  func dropInText(_ speaks: ModelProtocol) async throws {
    let events = try #require(LoopbackAnswer.events(path: speaks.implementation.fullPath, text: Support.text))
    let cut = events.joined().utf8.count * 6 / 10
    let half = LoopbackReply.events(events, pace: .init(bytes: 5, cutAfter: cut, ending: .drop))
    try await Support.withProvider([half, .answer(text: "again")]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let (events, error) = await Support.collect(client.stream(Support.request))
      #expect(error?.kind == .connection)
      #expect(!events.text.isEmpty)
      #expect(Support.text.hasPrefix(events.text))
      #expect(provider.requests.count == 1)
    }
  }

  @Test("an answer that ends in good order but too early is an error", arguments: ModelProtocol.allCases)
  func truncated(_ speaks: ModelProtocol) async throws {
    let events = try #require(LoopbackAnswer.events(path: speaks.implementation.fullPath, text: Support.text))
    let half = LoopbackReply.events(Array(events.prefix(5)))
    try await Support.withProvider([half]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let (events, error) = await Support.collect(client.stream(Support.request))
      #expect(error?.kind == .malformedReply)
      #expect(!events.text.isEmpty)
    }
  }

  @Test("an event that is not JSON is an error without the event in it", arguments: ModelProtocol.allCases)
  func malformed(_ speaks: ModelProtocol) async throws {
    let broken = LoopbackReply.events(["data: {\"type\": \"content_block_delta\", \"secret\": \n\n"])
    try await Support.withProvider([broken, broken, broken, broken]) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let error = await Support.collect(client.stream(Support.request)).error
      #expect(error?.kind == .malformedReply)
      #expect(error?.description.contains("secret") == false)
      #expect(provider.requests.count == 4)
    }
  }

  @Test(
    "a failure inside the stream counts as the status that it stands for",
    arguments: [
      (
        ModelProtocol.anthropicMessages,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        529
      ),
      (.openAIChatCompletions, "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n", 429),
      (.openAIChatCompletions, "data: {\"error\":\"model fell over\"}\n\n", 500),
      (
        .openAIResponses,
        "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"x\"}}}\n\n",
        429
      ),
      (.openAIResponses, "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"x\"}\n\n", 500),
    ])
  func failureInStream(_ speaks: ModelProtocol, _ event: String, _ status: Int) async throws {
    let failures = Array(repeating: LoopbackReply.events([event]), count: 4)
    try await Support.withProvider(failures) { provider in
      let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL))
      let error = await Support.collect(client.stream(Support.request)).error
      #expect(error?.status == status)
      #expect(provider.requests.count == 4)
    }
  }

  @Test("a page where an answer should be is no answer")
  func notAStream() async throws {
    let replies = [
      LoopbackReply.http(status: 200, body: "{\"hello\": 1}"), .http(status: 200, body: "{\"error\": {\"code\": 400}}"),
    ]
    try await Support.withProvider(replies) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      #expect(await Support.collect(client.stream(Support.request)).error?.kind == .malformedReply)
      #expect(await Support.collect(client.stream(Support.request)).error?.status == 400)
    }
  }

  @Test("a server that is not there is said to be not there")
  func refused() async throws {
    let provider = LoopbackProvider()
    try provider.start()
    let baseURL = provider.baseURL
    provider.stop()
    let pauses = Pauses()
    let error = await Support.collect(
      try pauses.client(Support.configuration(at: baseURL)).stream(Support.request)
    ).error
    #expect(error?.kind == .connection)
    #expect(error?.description.contains("127.0.0.1") == true)
    #expect(pauses.all.count == 3)
  }

  @Test("a server that says nothing, or stops saying anything, is not waited for", arguments: [true, false])
  func silence(_ atOnce: Bool) async throws {
    let reply: LoopbackReply =
      atOnce ? .silence : .answer(text: Support.text, pace: .init(bytes: 9, cutAfter: 900, ending: .silence))
    try await Support.withProvider([reply]) { provider in
      let limit = Duration.milliseconds(60)
      let timeouts = ModelTimeouts(firstByte: atOnce ? limit : .seconds(60), stall: limit)
      var configuration = Support.configuration(at: provider.baseURL, timeouts: timeouts)
      configuration.retries.maximumAttempts = 1
      let error = await Support.collect(try Pauses().client(configuration).stream(Support.request)).error
      #expect(error?.kind == .timeout)
      #expect(error?.description.contains(atOnce ? "did not begin" : "went silent") == true)
      await provider.waitForAbandonedReplies(1)
    }
  }

  @Test("a slow drip is not a stall")
  func drip() async throws {
    let reply = LoopbackReply.answer(text: "slow", pace: .init(bytes: 40, pauseMilliseconds: 2))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "slow")
    }
  }
}
