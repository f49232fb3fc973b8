import Foundation

/// The system's C++ compiler, which generated kernels and `torch.compile` need at run time.
public struct Toolchain: Sendable, Codable, Hashable {
  /// Absolute path.
  public var compiler: String
  /// First line of `--version`.
  public var version: String

  public init(compiler: String, version: String) {
    self.compiler = compiler
    self.version = version
  }

  /// The first that works of `$CXX`, `g++`, `c++`, `clang++`; nil where none does.
  /// - Parameter environment: nil for this process's own.
  public static func probe(environment: [String: String]? = nil) async -> Toolchain? {
    let environment = environment ?? ProcessInfo.processInfo.environment
    for name in [environment["CXX"], "g++", "c++", "clang++"].compactMap({ $0 }) where !name.isEmpty {
      guard let path = ShortCommand.find(name, path: environment["PATH"]),
        let output = try? await ShortCommand.run(path, ["--version"], timeout: .seconds(10)), output.status == 0,
        let line = output.stdout.split(whereSeparator: \.isNewline).first
      else { continue }
      return Toolchain(compiler: path, version: String(line))
    }
    return nil
  }
}
