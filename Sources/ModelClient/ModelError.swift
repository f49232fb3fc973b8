/// Why a model gave no answer, as one sentence with the next step.
///
/// Never holds a key, and of what a provider sent only its short message.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, as far as callers treat it differently.
  public enum Kind: String, Sendable {
    /// The settings or the environment cannot be used; nothing was sent.
    case configuration
    /// libcurl is not there; nothing was sent.
    case missingLibrary
    /// The provider's host was not reached, or the connection broke.
    case connection
    /// The provider's certificate was not accepted.
    case certificate
    /// Connecting, the first byte, the next byte, or the job's time took too long.
    case timeout
    /// The provider answered with an HTTP status other than 200, or with an error event.
    case provider
    /// The provider's answer does not follow its protocol, or ended too early.
    case malformedReply
    /// Money, tokens or minutes are spent; nothing was sent.
    case budget
  }

  public var kind: Kind
  /// One sentence: what happened, then what to do.
  public var message: String
  /// The HTTP status, or the one that the provider's error event stands for.
  public var status: Int?
  /// Whether the same request may succeed later.
  public var isRetriable: Bool
  /// How long the provider asked to wait before the next attempt.
  var retryAfter: Duration?

  init(
    _ kind: Kind, _ message: String, status: Int? = nil, isRetriable: Bool = false, retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.message = message
    self.status = status
    self.isRetriable = isRetriable
    self.retryAfter = retryAfter
  }

  public var description: String { message }
}
