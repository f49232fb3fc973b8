import Foundation

/// The protocols that providers speak.
public enum ModelProtocol: String, Sendable, CaseIterable {
  /// `POST /v1/messages`.
  case anthropicMessages = "anthropic-messages"
  /// `POST /v1/chat/completions`; what vLLM, Ollama, llama.cpp, LM Studio and OpenRouter speak too.
  case openAIChatCompletions = "openai-chat-completions"
  /// `POST /v1/responses`.
  case openAIResponses = "openai-responses"
}

/// Which model is asked, where, with which key and at which price. Holds no key, only where it comes from.
public struct ModelConfiguration: Sendable, Equatable {
  /// The provider as the person named it: `anthropic`, `openai`, `ollama`, …
  public var provider: String
  public var speaks: ModelProtocol
  /// The model in the provider's words.
  public var model: String
  /// An `http` or `https` URL without user, query and fragment; the protocol's path is appended.
  public var baseURL: String
  public var keySource: KeySource
  /// nil when nobody said; a budget in money is then refused, unless the provider reports costs itself.
  public var price: ModelPrice?
  public var timeouts: ModelTimeouts
  public var retries: RetryPolicy
  /// Whether a key may travel unencrypted to another machine.
  public var allowsPlainHTTP: Bool

  public init(
    provider: String, speaks: ModelProtocol, model: String, baseURL: String, keySource: KeySource,
    price: ModelPrice? = nil, timeouts: ModelTimeouts = ModelTimeouts(), retries: RetryPolicy = RetryPolicy(),
    allowsPlainHTTP: Bool = false
  ) {
    self.provider = provider
    self.speaks = speaks
    self.model = model
    self.baseURL = baseURL
    self.keySource = keySource
    self.price = price
    self.timeouts = timeouts
    self.retries = retries
    self.allowsPlainHTTP = allowsPlainHTTP
  }

  /// `provider/model`, as in `--model` and in what the person is shown.
  public var name: String { "\(provider)/\(model)" }

  /// Whether the model runs on this machine.
  public var isLocal: Bool { Self.isLoopback(URLComponents(string: baseURL)?.host ?? "") }

  /// Whether it is OpenAI itself that is asked, and not one of the servers that copied its protocols.
  var isOpenAI: Bool { URLComponents(string: baseURL)?.host == "api.openai.com" }

  static func isLoopback(_ host: String) -> Bool {
    let host = host.lowercased().trimmingCharacters(in: ["[", "]"])
    return host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
      || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
  }

  /// Checks what can be checked without sending anything.
  /// - Throws: `ModelError` of kind `.configuration`.
  func validate() throws {
    guard let url = URLComponents(string: baseURL), let scheme = url.scheme?.lowercased(), let host = url.host,
      ["http", "https"].contains(scheme), !host.isEmpty
    else {
      throw ModelError(
        .configuration, "The model's base URL is not an http or https address; write it as https://host/v1.")
    }
    // A key in the URL would end up in messages and logs.
    guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
      throw ModelError(
        .configuration,
        "The model's base URL holds a user, a query or a fragment; give host and path only, and the key as a key.")
    }
    guard !model.isEmpty, model.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw ModelError(.configuration, "The model has no usable name; write it as provider/name.")
    }
    if keySource != .none, scheme == "http", !Self.isLoopback(host), !allowsPlainHTTP {
      throw ModelError(
        .configuration,
        "The key would travel unencrypted to \(host); use https, or set KERNELWRIGHT_MODEL_ALLOW_PLAIN_HTTP=1.")
    }
  }
}
