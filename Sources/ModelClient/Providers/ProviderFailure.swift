import Foundation

/// What a provider says about a failure, in any of the forms that the protocols and the servers that copy them use:
/// `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, `{"message", "code"}`, `{"response": {"error": …}}`.
struct ProviderFailure: Sendable {
  private var message: String?
  /// The words that name the failure: `type` and a textual `code`.
  private var words: [String] = []
  /// The status that the body itself names.
  private var status: Int?

  /// Reads a failed reply's body, or an error event's data.
  init(data: Data) {
    guard let object = Self.object(in: data) else { return }
    read(Self.failure(in: object) ?? object)
  }

  /// nil when the data does not speak of a failure.
  init?(ifPresentIn data: Data) {
    guard let object = Self.object(in: data), let failure = Self.failure(in: object) else { return nil }
    read(failure)
  }

  private static func object(in data: Data) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
  }

  private static func failure(in object: [String: Any]) -> [String: Any]? {
    if let inner = object["error"] as? [String: Any] { return inner }
    if let text = object["error"] as? String { return ["message": text] }
    return (object["response"] as? [String: Any])?["error"] as? [String: Any]
  }

  private mutating func read(_ failure: [String: Any]) {
    message = (failure["message"] ?? failure["detail"]) as? String
    words = [failure["type"] as? String, failure["code"] as? String].compactMap(\.self)
    status = failure["code"] as? Int
  }

  /// What the failure comes to.
  /// - Parameters:
  ///   - httpStatus: nil for an error event, whose words then stand for a status.
  ///   - headers: the reply's, for `Retry-After` and `x-should-retry`.
  ///   - model: how the person knows the model.
  ///   - keyOrigin: where the key comes from, for messages.
  func error(
    status httpStatus: Int?, headers: [String: String] = [:], model: String = "the model", keyOrigin: String = "its key"
  ) -> ModelError {
    let status = httpStatus ?? statusFromWords ?? (self.status.map { (400...599).contains($0) ? $0 : 500 } ?? 500)
    var isRetriable = RetryPolicy.isRetriable(status: status)
    switch headers["x-should-retry"] {
    case "true"?: isRetriable = true
    case "false"?: isRetriable = false
    default: break
    }
    // An empty account is reported like a rate limit, but waiting does not fill it.
    let isOutOfCredit = status == 402 || words.contains { $0 == "insufficient_quota" || $0 == "billing_error" }
    if isOutOfCredit { isRetriable = false }
    return ModelError(
      .provider, sentence(status, isOutOfCredit, model, keyOrigin), status: status, isRetriable: isRetriable,
      retryAfter: RetryPolicy.retryAfter(headers))
  }

  private func sentence(_ status: Int, _ isOutOfCredit: Bool, _ model: String, _ keyOrigin: String) -> String {
    if isOutOfCredit {
      return "The account for \(model) is out of credit (\(status)); top it up, or use another model."
    }
    switch status {
    // Some providers repeat a part of the key in this message, so none of it is shown.
    case 401, 403: return "The provider of \(model) does not accept the key (\(status)); check \(keyOrigin)."
    case 404: return "The provider does not know \(model) (404\(quoted)); check its name and the base URL."
    case 408, 409: return "The provider of \(model) could not take the request (\(status)\(quoted)); try again."
    case 413: return "The request is too large for \(model) (413\(quoted)); use a model with more context."
    case 429: return "The rate limit of \(model) is reached (429\(quoted)); wait, or let fewer agents ask it."
    case 500...599: return "The provider of \(model) has a failure of its own (\(status)\(quoted)); try again later."
    case 300...399: return "The address of \(model) has changed (\(status)); give the new one as base URL."
    default: return "The provider of \(model) refused the request (\(status)\(quoted)); check the model and its limits."
    }
  }

  /// The provider's message, as much of it as fits in a sentence.
  private var quoted: String {
    guard let message else { return "" }
    let plain = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !plain.isEmpty else { return "" }
    return ": " + (plain.count > 200 ? plain.prefix(200) + "…" : plain)
  }

  /// The status that the protocols' error names stand for; an error inside a stream comes after status 200.
  private var statusFromWords: Int? {
    for word in words {
      switch word {
      case "invalid_request_error", "invalid_prompt": return 400
      case "authentication_error", "invalid_api_key": return 401
      case "billing_error": return 402
      case "permission_error": return 403
      case "not_found_error", "model_not_found": return 404
      case "request_too_large", "context_length_exceeded": return 413
      case "rate_limit_error", "rate_limit_exceeded", "insufficient_quota": return 429
      case "api_error", "server_error": return 500
      case "timeout_error": return 504
      case "overloaded_error": return 529
      default: continue
      }
    }
    return nil
  }
}
