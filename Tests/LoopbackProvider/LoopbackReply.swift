public import Foundation

/// One scripted reply, good or bad.
public struct LoopbackReply: Sendable {
  /// What follows the last byte that was scripted.
  public enum Ending: Sendable {
    /// The reply ends as HTTP wants it, and the connection stays.
    case complete
    /// The connection closes in the middle.
    case drop
    /// Nothing more comes until the client goes away.
    case silence
  }

  /// How the bytes of a streamed body go out.
  public struct Pace: Sendable {
    /// Bytes in each HTTP chunk and each write; nil for one event each.
    public var bytes: Int?
    /// How long the server waits before each chunk, in milliseconds.
    public var pauseMilliseconds: Int32
    /// After how many bytes of the body `ending` comes; nil for all of them.
    public var cutAfter: Int?
    public var ending: Ending

    public init(bytes: Int? = nil, pauseMilliseconds: Int32 = 0, cutAfter: Int? = nil, ending: Ending = .complete) {
      self.bytes = bytes
      self.pauseMilliseconds = pauseMilliseconds
      self.cutAfter = cutAfter
      self.ending = ending
    }
  }

  /// The provider's figures for an answer, in plain counts.
  public struct Tokens: Sendable {
    public var input: Int
    public var cached: Int
    public var written: Int
    public var output: Int

    /// - Parameters:
    ///   - input: read at full price.
    ///   - cached: read from the provider's cache.
    ///   - written: written into it.
    public init(input: Int = 120, cached: Int = 0, written: Int = 0, output: Int = 45) {
      self.input = input
      self.cached = cached
      self.written = written
      self.output = output
    }

    /// What OpenAI's protocols count as input.
    var question: Int { input + cached + written }
  }

  enum Content: Sendable {
    case answer(text: String, calls: [LoopbackAnswer.Call], tokens: Tokens, stop: LoopbackAnswer.Stop)
    case events([String])
    case http(status: Int, headers: [(String, String)], body: String)
    case drop
    case silence
    case choice(@Sendable (RecordedRequest) -> LoopbackReply)
  }

  var content: Content
  var pace = Pace()

  /// A good answer, streamed in the protocol of the request's path.
  /// - Parameters:
  ///   - calls: the tools that it wants used, after the text.
  ///   - stop: why the model stopped, where it calls no tool.
  public static func answer(
    text: String, calls: [LoopbackAnswer.Call] = [], tokens: Tokens = Tokens(),
    stop: LoopbackAnswer.Stop = .endOfTurn, pace: Pace = Pace()
  ) -> LoopbackReply {
    LoopbackReply(content: .answer(text: text, calls: calls, tokens: tokens, stop: stop), pace: pace)
  }

  /// An event stream, byte for byte; one element is what goes out at once, unless `pace` says otherwise.
  public static func events(_ events: [String], pace: Pace = Pace()) -> LoopbackReply {
    LoopbackReply(content: .events(events), pace: pace)
  }

  /// A plain reply with a body of known length.
  public static func http(status: Int, headers: [(String, String)] = [], body: String = "") -> LoopbackReply {
    LoopbackReply(content: .http(status: status, headers: headers, body: body))
  }

  /// The connection closes before any reply.
  public static let drop = LoopbackReply(content: .drop)

  /// No reply, until the client goes away.
  public static let silence = LoopbackReply(content: .silence)

  /// A reply that depends on the request.
  public static func choice(_ choose: @escaping @Sendable (RecordedRequest) -> LoopbackReply) -> LoopbackReply {
    LoopbackReply(content: .choice(choose))
  }
}

/// A request as it arrived.
public struct RecordedRequest: Sendable {
  public var method: String
  /// The path with its query; the whole URL where the client took the server for a proxy.
  public var target: String
  /// By lower-case name.
  public var headers: [String: String]
  public var body: Data
  /// Counts from 0; the same for requests that came over the same connection.
  public var connection: Int

  /// The body as a JSON object; empty when it is none.
  public var json: [String: Any] {
    ((try? JSONSerialization.jsonObject(with: body)) as? [String: Any]) ?? [:]
  }

  /// The text of the conversation's last turn.
  public var lastMessage: String {
    let turns = (json["messages"] ?? json["input"]) as? [[String: Any]]
    return turns?.last?["content"] as? String ?? ""
  }
}
