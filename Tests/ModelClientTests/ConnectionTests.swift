import Foundation
import LoopbackProvider
import Testing

@testable import ModelClient

@Suite("Connections", .timeLimit(.minutes(1)))
struct ConnectionTests {
  @Test("requests one after the other share a connection")
  func reuse() async throws {
    let replies: [LoopbackReply] = [
      .answer(text: "a"), .http(status: 400, body: "{}"), .answer(text: "b", pace: .init(bytes: 7)), .answer(text: "c"),
    ]
    try await Support.withProvider(replies) { provider in
      let transport = HTTPTransport(environment: [:])
      let configuration = Support.configuration(at: provider.baseURL)
      for _ in replies {
        let request = try AnthropicMessages().httpRequest(for: Support.request, to: configuration, key: nil)
        for try await _ in transport.send(request).events {}
      }
      #expect(provider.requests.map(\.connection) == [0, 0, 0, 0])
      #expect(provider.connectionCount == 1)
    }
  }

  @Test("a second attempt goes over the connection of the first")
  func reuseAfterFailure() async throws {
    try await Support.withProvider([.http(status: 529, body: "{}"), .answer(text: "a")]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "a")
      #expect(provider.connectionCount == 1)
    }
  }

  @Test("what follows an answer is read, so that its connection is not lost")
  func drain() async throws {
    let reply = LoopbackReply.answer(text: "a", pace: .init(pauseMilliseconds: 50))
    try await Support.withProvider([reply]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "a")
      await provider.waitForCompleteReplies(1)
    }
  }

  @Test("an answer whose connection stays busy is nevertheless given at once, and the connection left")
  func endless() async throws {
    let events = try #require(LoopbackAnswer.events(path: "/v1/messages", text: "a"))
    try await Support.withProvider([.events(events, pace: .init(ending: .silence))]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      #expect(try await client.complete(Support.request).text == "a")
      await provider.waitForAbandonedReplies(1)
    }
  }

  @Test("many requests at once get each its own answer")
  func sideBySide() async throws {
    try await Support.withProvider { provider in
      provider.script([], thenAlways: .choice { .answer(text: "to " + $0.lastMessage, pace: .init(bytes: 11)) })
      let transport = HTTPTransport(environment: [:])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<24 {
          let speaks = ModelProtocol.allCases[number % 3]
          let client = try Pauses().client(Support.configuration(speaks, at: provider.baseURL), transport: transport)
          group.addTask {
            let request = ModelRequest(messages: [.init(.user, "question \(number)")])
            let reply = try await client.complete(request)
            #expect(reply.text == "to question \(number)")
          }
        }
        try await group.waitForAll()
      }
      #expect(provider.requests.count == 24)
    }
  }

  @Test("a large question arrives whole")
  func largeQuestion() async throws {
    try await Support.withProvider([.answer(text: "read")]) { provider in
      let client = try Pauses().client(Support.configuration(at: provider.baseURL))
      let text = String(repeating: "0123456789abcdé\n", count: 200_000)
      #expect(try await client.complete(ModelRequest(messages: [.init(.user, text)])).text == "read")
      #expect(provider.requests.first?.lastMessage == text)
      #expect(provider.requests.first?.headers["expect"] == nil)
    }
  }

  @Test("a proxy from the environment is used, and exceptions from it are not")
  func proxy() async throws {
    try await Support.withProvider([.answer(text: "by proxy")]) { proxy in
      let environment = Support.environment.merging(["http_proxy": proxy.baseURL, "no_proxy": "other.invalid"]) { $1 }
      var configuration = Support.configuration(at: "http://models.invalid:81")
      configuration.allowsPlainHTTP = true
      configuration.retries.maximumAttempts = 1
      let client = try Pauses().client(configuration, environment: environment)
      #expect(try await client.complete(Support.request).text == "by proxy")
      #expect(proxy.requests.first?.target == "http://models.invalid:81/v1/messages")

      configuration.baseURL = "http://other.invalid"
      let direct = try Pauses().client(configuration, environment: environment)
      #expect(await Support.collect(direct.stream(Support.request)).error?.kind == .connection)
      #expect(proxy.requests.count == 1)
    }
  }

  @Test("this machine is never reached through a proxy")
  func loopbackWithoutProxy() async throws {
    try await Support.withProvider([.answer(text: "direct")]) { provider in
      let environment = Support.environment.merging(["all_proxy": "http://proxy.invalid:3128"]) { $1 }
      let client = try Pauses().client(Support.configuration(at: provider.baseURL), environment: environment)
      #expect(try await client.complete(Support.request).text == "direct")
      #expect(provider.requests.first?.target == "/v1/messages")
    }
  }

  @Test("the library says its version")
  func version() throws {
    let version = try HTTPTransport.libraryVersion().split(separator: ".").compactMap { Int($0) }
    #expect(version.count == 3)
    #expect(version.lexicographicallyPrecedes([7, 68, 0]) == false)
  }

  @Test("proxies and certificates are read as command-line tools read them")
  func environment() {
    let network = NetworkEnvironment([
      "HTTP_PROXY": "http://cgi", "https_proxy": "http://a", "HTTPS_PROXY": "http://b", "no_proxy": "x.org",
      "CURL_CA_BUNDLE": "/c.pem", "SSL_CERT_FILE": "/d.pem",
    ])
    #expect(network.proxy(for: "HTTPS://h") == "http://a")
    #expect(network.proxy(for: "http://h") == "", "HTTP_PROXY can come from a request's header")
    #expect(network.noProxy == "x.org,localhost,127.0.0.1,::1,[::1]")
    #expect(network.certificateFile == "/c.pem")
    #expect(NetworkEnvironment(["no_proxy": "*"]).noProxy == "*")
    #expect(NetworkEnvironment(["SSL_CERT_FILE": "/d", "SSL_CERT_DIR": "/e"]).certificateFolder == "/e")
  }
}
