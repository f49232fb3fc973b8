import Foundation
import Testing

@testable import ModelClient

@Suite("Configuration")
struct ConfigurationTests {
  private func resolve(
    _ environment: [String: String], _ layers: ModelSettings...
  ) throws -> ModelConfiguration? {
    // The order that the command line and the editor's settings have over the environment is theirs to give.
    let strong = layers.filter { $0.origin == .person }
    let weak = layers.filter { $0.origin == .workspace }
    return try ModelConfiguration.resolve(
      layers: strong + [ModelSettings(environment: environment)] + weak, environment: environment)
  }

  @Test("nothing is asked unless somebody names a model, keys or not")
  func none() throws {
    #expect(try resolve(["ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"]) == nil)
  }

  @Test("a provider brings its protocol, address and key variable")
  func presets() throws {
    let anthropic = try #require(try resolve(["KERNELWRIGHT_MODEL": "anthropic/c-1"]))
    #expect(anthropic.speaks == .anthropicMessages)
    #expect(anthropic.model == "c-1")
    #expect(anthropic.baseURL == "https://api.anthropic.com")
    #expect(anthropic.keySource == .keyring(provider: "anthropic", orVariable: "ANTHROPIC_API_KEY"))
    #expect(anthropic.price == nil)
    let responses = try #require(try resolve(["KERNELWRIGHT_MODEL": "openai-responses/g"]))
    #expect(responses.speaks == .openAIResponses)
    let nested = try #require(try resolve(["KERNELWRIGHT_MODEL": "openrouter/a/b:free"]))
    #expect(nested.model == "a/b:free")
    #expect(nested.name == "openrouter/a/b:free")
    let local = try #require(try resolve(["KERNELWRIGHT_MODEL": "ollama/q:7b"]))
    #expect(local.isLocal)
    #expect(local.keySource == .none)
    #expect(local.price == .free)
  }

  @Test("a missing key is an error that names the variable, before anything is sent")
  func missingKey() throws {
    let configuration = try #require(try resolve(["KERNELWRIGHT_MODEL": "openai/g"]))
    let error = #expect(throws: ModelError.self) { try ModelClient(configuration: configuration, environment: [:]) }
    #expect(error?.kind == .configuration)
    #expect(error?.description.contains("OPENAI_API_KEY") == true)
  }

  @Test("a server of the person's own gets the key that they set, or none")
  func baseURL() throws {
    let environment = ["KERNELWRIGHT_MODEL": "openai/g", "KERNELWRIGHT_MODEL_BASE_URL": "http://127.0.0.1:9/v1"]
    #expect(try resolve(environment)?.keySource == KeySource.none)
    let withKey = environment.merging(["OPENAI_API_KEY": "k"]) { $1 }
    #expect(try resolve(withKey)?.keySource == .environment("OPENAI_API_KEY"))
    #expect(try resolve(withKey)?.baseURL == "http://127.0.0.1:9/v1")
  }

  @Test("stronger layers win, one setting at a time")
  func layers() throws {
    let configuration = try #require(
      try resolve(
        ["KERNELWRIGHT_MODEL": "anthropic/weak", "KERNELWRIGHT_MODEL_PRICE": "3, 15"],
        ModelSettings(origin: .person, model: "openai/strong"), ModelSettings(origin: .workspace, model: "ollama/w")))
    #expect(configuration.name == "openai/strong")
    #expect(configuration.price == ModelPrice(input: 3, output: 15))
  }

  @Test("a workspace, which may be a stranger's, sends neither code nor keys to an address of its choice")
  func workspace() throws {
    let keys = ["ANTHROPIC_API_KEY": "k"]
    #expect(throws: ModelError.self) {
      try resolve(keys, ModelSettings(origin: .workspace, model: "anthropic/c", baseURL: "https://evil.example"))
    }
    #expect(throws: ModelError.self) {
      try resolve(
        keys, ModelSettings(origin: .workspace, model: "anthropic/c", baseURL: "https://127.0.0.1.evil.example"))
    }
    #expect(throws: ModelError.self) {
      try resolve(keys, ModelSettings(origin: .workspace, model: "anthropic/c", keyFile: "~/.ssh/id_ed25519"))
    }
    let named = try resolve(keys, ModelSettings(origin: .workspace, model: "anthropic/c"))
    #expect(named?.baseURL == "https://api.anthropic.com")
    let local = try resolve(
      [:], ModelSettings(origin: .workspace, model: "vllm/q", baseURL: "http://localhost:7000/v1"))
    #expect(local?.baseURL == "http://localhost:7000/v1")
  }

  @Test(
    "what cannot be used is said before anything is sent",
    arguments: [
      "ftp://h/v1", "h:80", "http://", "https://u:p@h/v1", "https://h/v1?key=k", "https://h/#x", "http://h/v1",
    ])
  func badAddress(_ baseURL: String) {
    let configuration = Support.configuration(at: baseURL)
    let error = #expect(throws: ModelError.self) {
      try ModelClient(configuration: configuration, environment: Support.environment)
    }
    #expect(error?.kind == .configuration)
    #expect(error?.description.contains("u:p") == false)
  }

  @Test("a model needs a known provider and a name", arguments: ["gpt", "nobody/x", "openai/", "openai/a b", "/x"])
  func badModel(_ name: String) {
    #expect(throws: ModelError.self) { try resolve(["KERNELWRIGHT_MODEL": name]) }
  }

  @Test("a price is two figures", arguments: ["3", "a,b", "-1,2", "1,2,3", "nan,1", "inf,1"])
  func badPrice(_ price: String) {
    #expect(throws: ModelError.self) {
      try resolve(["KERNELWRIGHT_MODEL": "ollama/x", "KERNELWRIGHT_MODEL_PRICE": price])
    }
  }

  @Test(
    "this machine has several names", arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "::1"])
  func loopback(_ host: String) {
    #expect(ModelConfiguration.isLoopback(host))
  }

  @Test("other machines are not this one", arguments: ["localhost.evil.example", "127.0.0.1.example", "10.0.0.1", ""])
  func notLoopback(_ host: String) {
    #expect(!ModelConfiguration.isLoopback(host))
  }
}
