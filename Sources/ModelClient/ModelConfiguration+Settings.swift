import Foundation

/// What one layer of settings says about the model; nil where it says nothing.
public struct ModelSettings: Sendable, Equatable {
  /// Who wrote the layer.
  public enum Origin: Sendable, Equatable {
    /// The person: command line, editor settings, environment.
    case person
    /// A file of the workspace, such as `pyproject.toml`, which may be a stranger's.
    case workspace
  }

  public var origin: Origin
  /// `provider/name`.
  public var model: String?
  public var baseURL: String?
  /// A file with the key, mode 0600.
  public var keyFile: String?
  public var price: ModelPrice?

  public init(
    origin: Origin, model: String? = nil, baseURL: String? = nil, keyFile: String? = nil, price: ModelPrice? = nil
  ) {
    self.origin = origin
    self.model = model
    self.baseURL = baseURL
    self.keyFile = keyFile
    self.price = price
  }

  /// The layer that the environment is: `KERNELWRIGHT_MODEL`, `KERNELWRIGHT_MODEL_BASE_URL`,
  /// `KERNELWRIGHT_MODEL_KEY_FILE`, and `KERNELWRIGHT_MODEL_PRICE` as dollars per million tokens in and out (`3,15`).
  /// - Throws: `ModelError` of kind `.configuration` when the price cannot be read.
  public init(environment: [String: String]) throws {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    self.init(
      origin: .person, model: value("KERNELWRIGHT_MODEL"), baseURL: value("KERNELWRIGHT_MODEL_BASE_URL"),
      keyFile: value("KERNELWRIGHT_MODEL_KEY_FILE"))
    guard let text = value("KERNELWRIGHT_MODEL_PRICE") else { return }
    let figures = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard figures.count == 2, let input = figures[0], let output = figures[1], input >= 0, output >= 0,
      input.isFinite, output.isFinite
    else {
      throw ModelError(
        .configuration,
        "KERNELWRIGHT_MODEL_PRICE cannot be read; write dollars per million tokens in and out, such as 3,15.")
    }
    price = ModelPrice(input: input, output: output)
  }
}

extension ModelConfiguration {
  /// A provider's name and what it stands for.
  private struct Preset {
    var speaks: ModelProtocol
    var baseURL: String
    var keyVariable: String?
  }

  /// The names that `provider/name` may begin with.
  private static let presets: [String: Preset] = [
    "anthropic": Preset(
      speaks: .anthropicMessages, baseURL: "https://api.anthropic.com", keyVariable: "ANTHROPIC_API_KEY"),
    "openai": Preset(
      speaks: .openAIChatCompletions, baseURL: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY"),
    "openai-responses": Preset(
      speaks: .openAIResponses, baseURL: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY"),
    "openrouter": Preset(
      speaks: .openAIChatCompletions, baseURL: "https://openrouter.ai/api/v1", keyVariable: "OPENROUTER_API_KEY"),
    "ollama": Preset(speaks: .openAIChatCompletions, baseURL: "http://localhost:11434/v1"),
    "vllm": Preset(speaks: .openAIChatCompletions, baseURL: "http://localhost:8000/v1"),
    "llamacpp": Preset(speaks: .openAIChatCompletions, baseURL: "http://localhost:8080/v1"),
    "lmstudio": Preset(speaks: .openAIChatCompletions, baseURL: "http://localhost:1234/v1"),
  ]

  /// The configuration that the layers and the environment's keys add up to; nil when no layer names a model, because
  /// nothing is sent anywhere unless somebody asked for it.
  ///
  /// The key is the key file, the provider's environment variable, or what the system's keyring has for it. It goes to the provider's own address, or to
  /// one that the *person* named: a base URL or key file from a workspace, which may be a stranger's, is followed only
  /// where no key and no file of the person could leave this machine through it.
  /// - Parameters:
  ///   - layers: the strongest first, such as command line, editor, environment, workspace.
  ///   - environment: where keys are looked up.
  /// - Throws: `ModelError` of kind `.configuration`.
  public static func resolve(layers: [ModelSettings], environment: [String: String]) throws -> ModelConfiguration? {
    guard let named = layers.lazy.compactMap(\.model).first else { return nil }
    guard let slash = named.firstIndex(of: "/"), let preset = presets[named[..<slash].lowercased()] else {
      let known = presets.keys.sorted().joined(separator: ", ")
      throw ModelError(
        .configuration, "The model \(named) names no known provider; write it as provider/name, with one of \(known).")
    }
    guard layers.allSatisfy({ $0.origin == .person || $0.keyFile == nil }) else {
      throw ModelError(
        .configuration,
        "The workspace's settings name an API key file, which only you may; move it to your editor's settings.")
    }
    let address = layers.lazy.compactMap { layer in layer.baseURL.map { ($0, layer.origin) } }.first
    let variable = preset.keyVariable ?? "KERNELWRIGHT_MODEL_API_KEY"
    let keySource: KeySource
    if let file = layers.lazy.compactMap(\.keyFile).first {
      keySource = .file(file)
    } else if environment[variable].map({ !$0.isEmpty }) ?? false {
      keySource = .environment(variable)
    } else {
      // At the provider's own address it is looked for in the keyring, and its absence is an error that says what to do; a
      // server of the person's own may well need none.
      keySource =
        address == nil && preset.keyVariable != nil
        ? .keyring(provider: named[..<slash].lowercased(), orVariable: variable) : .none
    }
    var configuration = ModelConfiguration(
      provider: named[..<slash].lowercased(), speaks: preset.speaks, model: String(named[named.index(after: slash)...]),
      baseURL: address?.0 ?? preset.baseURL, keySource: keySource,
      price: layers.lazy.compactMap(\.price).first,
      allowsPlainHTTP: environment["KERNELWRIGHT_MODEL_ALLOW_PLAIN_HTTP"] == "1")
    if let (_, origin) = address, origin == .workspace, !configuration.isLocal {
      throw ModelError(
        .configuration,
        "The workspace's settings send your code to \(configuration.host); if you want that, set "
          + "KERNELWRIGHT_MODEL_BASE_URL or your editor's settings to it.")
    }
    if configuration.price == nil, configuration.isLocal { configuration.price = .free }
    try configuration.validate()
    return configuration
  }

  private var host: String { URLComponents(string: baseURL)?.host ?? "another machine" }
}
