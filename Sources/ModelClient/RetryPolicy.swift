import Foundation

/// When a request that failed is sent again, and after how long.
///
/// Delays double from `firstDelay` and are drawn between half and all of that ("equal jitter", M. Brooker, "Exponential
/// Backoff And Jitter", AWS Architecture Blog, 2015), so that agents that failed together do not return together.
/// A provider's `Retry-After` (RFC 9110, section 10.2.3) is never undercut.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all, the first included.
  public var maximumAttempts: Int
  public var firstDelay: Duration
  public var maximumDelay: Duration
  /// A provider that asks for more than this is not waited for; the person is told instead.
  public var longestRetryAfter: Duration

  public init(
    maximumAttempts: Int = 4, firstDelay: Duration = .seconds(1), maximumDelay: Duration = .seconds(30),
    longestRetryAfter: Duration = .seconds(90)
  ) {
    self.maximumAttempts = maximumAttempts
    self.firstDelay = firstDelay
    self.maximumDelay = maximumDelay
    self.longestRetryAfter = longestRetryAfter
  }

  /// How long to wait after failed attempt number `attempt` (from 1); nil when it should not be tried again.
  /// - Parameter jitter: from 0 to 1.
  func delay(afterAttempt attempt: Int, error: ModelError, jitter: Double) -> Duration? {
    guard error.isRetriable, attempt < maximumAttempts else { return nil }
    let full = min(maximumDelay, firstDelay * Int(1 << min(attempt - 1, 20)))
    guard let asked = error.retryAfter else { return full * (0.5 + 0.5 * jitter) }
    guard asked <= longestRetryAfter else { return nil }
    // On top of what was asked for, so that everybody who was asked the same does not return in the same instant.
    return asked + firstDelay * (0.5 * jitter)
  }

  /// Whether an HTTP status means that the same request may succeed later: time-out, conflict, rate limit, and the
  /// server's own errors (529 is Anthropic's "overloaded").
  static func isRetriable(status: Int) -> Bool {
    status == 408 || status == 409 || status == 429 || (500...599).contains(status)
  }

  /// The wait that a reply's headers ask for: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.
  static func retryAfter(_ headers: [String: String], now: Date = Date()) -> Duration? {
    func duration(_ seconds: Double) -> Duration? {
      // A number that is not finite, negative or beyond a day is no instruction.
      seconds.isFinite && seconds >= 0 ? .seconds(min(seconds, 86_400)) : nil
    }
    if let milliseconds = headers["retry-after-ms"].flatMap(Double.init) { return duration(milliseconds / 1000) }
    guard let text = headers["retry-after"] else { return nil }
    if let seconds = Double(text) { return duration(seconds) }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text).flatMap { duration(max(0, $0.timeIntervalSince(now))) }
  }
}
