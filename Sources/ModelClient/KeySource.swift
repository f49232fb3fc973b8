import Foundation

/// Where a provider's key comes from. The key itself is read when a `ModelClient` is made, never before.
public enum KeySource: Sendable, Equatable {
  /// No key: a model server on this machine, usually.
  case none
  /// An environment variable, by name.
  case environment(String)
  /// A file that only its owner can read.
  case file(String)
  /// The system's keyring, where the key lies under `kernelwright` and this provider's name; what is told if it doesn't
  /// names this environment variable as the other way.
  case keyring(provider: String, orVariable: String)

  /// Reads the key; may ask the person to unlock the keyring, and waits for them.
  /// - Throws: `ModelError` of kind `.configuration`, with the variable, file or keyring in it.
  func secret(in environment: [String: String]) throws -> Secret? {
    switch self {
    case .none: return nil
    case .file(let path): return try Secret(contentsOfFile: path)
    case .environment(let name):
      guard let text = environment[name], !text.isEmpty else {
        throw ModelError(.configuration, "The model needs an API key; set \(name), or give a key file in the settings.")
      }
      return try Secret(text, from: name)
    case .keyring(let provider, let variable):
      guard let keyring = Keyring.installed(in: environment), let text = try keyring.key(of: provider, environment)
      else {
        throw ModelError(
          .configuration,
          "The model needs an API key; set \(variable), give a key file in the settings, or put it into the keyring with "
            + "`\(Keyring.howToStore(provider))`.")
      }
      return try Secret(text, from: "the keyring")
    }
  }

  /// What a message calls it.
  var origin: String {
    switch self {
    case .none: "whether it needs one"
    case .environment(let name): name
    case .file(let path): "the one in \(path)"
    case .keyring(let provider, _): "the keyring's for \(provider)"
    }
  }
}

/// The program that reads the system's keyring: `secret-tool` (libsecret) on Linux, `security` on macOS.
struct Keyring: Sendable {
  /// A person may have to type a password first.
  static let patience: TimeInterval = 60

  let program: String

  #if os(macOS)
    private static let name = "security"
  #else
    private static let name = "secret-tool"
  #endif

  private static func arguments(_ provider: String) -> [String] {
    #if os(macOS)
      ["find-generic-password", "-s", "kernelwright", "-a", provider, "-w"]
    #else
      ["lookup", "service", "kernelwright", "account", provider]
    #endif
  }

  /// A command that asks for the key and keeps it.
  static func howToStore(_ provider: String) -> String {
    #if os(macOS)
      "security add-generic-password -s kernelwright -a \(provider) -w"
    #else
      "secret-tool store --label kernelwright service kernelwright account \(provider)"
    #endif
  }

  /// Where the program is found on the search path; nil where it isn't.
  static func installed(in environment: [String: String]) -> Keyring? {
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    // Only whole paths: a folder of the project must not stand in for the system's.
    let paths = folders.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map { Keyring(program: $0) }
  }

  /// - Returns: nil where the keyring has no such key.
  /// - Throws: `ModelError` of kind `.configuration` where the program doesn't come to an end.
  func key(of provider: String, _ environment: [String: String]) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = Self.arguments(provider)
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { return nil }
    guard ended.wait(timeout: .now() + Self.patience) == .success else {
      process.terminate()
      throw ModelError(
        .configuration,
        "The keyring did not answer within \(Int(Self.patience)) s; unlock it, or set the key another way.")
    }
    guard process.terminationStatus == 0 else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }
}
