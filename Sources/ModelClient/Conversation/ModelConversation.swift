import Foundation

/// A conversation in which a model may use tools, one turn after the other.
///
/// A reply is paid for once: what was kept of an earlier life of this conversation is not asked for again, and a new one is
/// kept before anybody acts on it.
public struct ModelConversation: Sendable {
  /// Where replies are kept, by a text that stands for all that was asked: two equal ones ask the same model for the same.
  public struct Memory: Sendable {
    public var known: @Sendable (_ asked: String) async throws -> ModelReply?
    public var keep: @Sendable (_ asked: String, _ reply: ModelReply) async throws -> Void

    public init(
      known: @escaping @Sendable (_ asked: String) async throws -> ModelReply?,
      keep: @escaping @Sendable (_ asked: String, _ reply: ModelReply) async throws -> Void
    ) {
      self.known = known
      self.keep = keep
    }
  }

  /// Everything said so far, and how the next turn is asked for.
  public private(set) var request: ModelRequest
  private let client: ModelClient
  private let budget: Budget?
  private let memory: Memory?

  /// - Parameters:
  ///   - request: instructions, tools and limits; its messages come first.
  ///   - budget: what every turn is counted against.
  public init(_ request: ModelRequest, with client: ModelClient, within budget: Budget? = nil, memory: Memory? = nil) {
    self.request = request
    self.client = client
    self.budget = budget
    self.memory = memory
  }

  /// The model's answer to a text.
  public mutating func reply(to text: String) async throws -> ModelReply { try await reply(to: [.text(text)]) }

  /// The model's answer to results of its tool calls, to a text, or to both.
  /// - Throws: as ``ModelClient/complete(_:within:)``; the turn then counts as not taken, and may be taken again.
  public mutating func reply(to parts: [ModelRequest.Message.Part]) async throws -> ModelReply {
    var next = request
    next.messages.append(.init(.user, parts: parts))
    let asked = try client.asked(next)
    let reply: ModelReply
    if let known = try await memory?.known(asked) {
      reply = known
    } else {
      reply = try await client.complete(next, within: budget)
      try await memory?.keep(asked, reply)
    }
    // No protocol takes a turn in which nothing was said.
    next.messages.append(reply.parts.isEmpty ? .init(.assistant, "(no answer)") : reply.message)
    request = next
    return reply
  }

  /// Leaves out the oldest turns after the first, as far as the rest would still be more than so many tokens. A call goes
  /// with its result: providers take neither without the other.
  public mutating func shorten(toTokens limit: Int) {
    while request.messages.count > 3, ModelClient.estimatedTokens(request) > limit {
      request.messages.removeSubrange(1...2)
    }
  }
}

extension ModelClient {
  /// A text that stands for a request to this model.
  func asked(_ request: ModelRequest) throws -> String {
    let body = try configuration.speaks.implementation.body(for: request, to: configuration)
    return configuration.name + "\u{0}" + String(decoding: body, as: UTF8.self)
  }
}
