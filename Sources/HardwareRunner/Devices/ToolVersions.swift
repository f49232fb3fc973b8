/// The versions that a result depends on beside the op and the device.
public struct ToolVersions: Sendable, Codable, Hashable {
  public var torch: String?
  public var python: String
  /// First line of the compiler's `--version`; nil where there is none.
  public var compiler: String?
  /// Version of our verification policy.
  public var policy: String

  public init(torch: String?, python: String, compiler: String?, policy: String) {
    self.torch = torch
    self.python = python
    self.compiler = compiler
    self.policy = policy
  }

  /// Of an environment.
  public init(_ environment: RunnerEnvironment, policy: String) {
    self.init(
      torch: environment.python.torchVersion, python: environment.python.version,
      compiler: environment.toolchain?.version, policy: policy)
  }

  /// Lower-case hexadecimal digits that change when any of the versions does.
  public var fingerprint: String {
    StableHash.hex([torch ?? "none", python, compiler ?? "none", policy].joined(separator: "\n"))
  }
}
