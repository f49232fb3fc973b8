import Foundation

/// One POST to a provider.
struct HTTPRequest: Sendable {
  var url: String
  /// Header lines, `Name: value`, without the one that carries the key.
  var headers: [String]
  /// The header that carries the key; kept apart so that nothing prints it by accident.
  var authorization: AuthorizationHeader?
  var body: Data
  var timeouts = ModelTimeouts()
  /// When the whole exchange must be over, whatever it is doing.
  var deadline: ContinuousClock.Instant?

  /// The host and port, for messages.
  var authority: String {
    guard let parts = URLComponents(string: url), let host = parts.host else { return url }
    return parts.port.map { "\(host):\($0)" } ?? host
  }
}

/// The header that carries a key, such as `Authorization: Bearer …`.
struct AuthorizationHeader: Sendable {
  var prefix: String
  var key: Secret

  var line: String { prefix + key.revealed }
}

/// The status line and the headers of a reply.
struct HTTPHead: Sendable, Equatable {
  var status: Int
  /// By lower-case name; of headers that come twice, the last.
  var headers: [String: String]
}

/// What a reply brings, in this order: one `.head`, any number of `.body`, then the end of the stream.
enum HTTPEvent: Sendable, Equatable {
  case head(HTTPHead)
  case body([UInt8])
}

/// How long a provider may take.
public struct ModelTimeouts: Sendable, Equatable {
  /// From a name to a usable connection, TLS included.
  public var connect: Duration
  /// From the beginning to the first byte of the body: models that reason first may say nothing for a long time.
  public var firstByte: Duration
  /// Between two pieces of the body. Providers send something at least every few seconds while a model writes.
  public var stall: Duration

  public init(connect: Duration = .seconds(15), firstByte: Duration = .seconds(180), stall: Duration = .seconds(60)) {
    self.connect = connect
    self.firstByte = firstByte
    self.stall = stall
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, within what libcurl's `int` and `long` take.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return max(0, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
  }

  /// Seconds as a floating-point number.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
