import Foundation

/// The allocator of `guard.c`, built for this machine: in a process that preloads it, reading or writing outside of a
/// buffer is a crash, and reading what was never written shows in the result.
final class GuardedMemory: Sendable {
  /// The library.
  let path: String
  private let folder: ScratchFolder

  /// Addresses that it reserves at most, and what it notes about them, beside the memory in use.
  static let reservedBytes = 65 << 30

  /// - Throws: ``EnvironmentProblem`` saying in a few words why there is none.
  init(_ toolchain: Toolchain?) async throws {
    #if os(Linux)
      guard let toolchain else { throw EnvironmentProblem("there is no compiler") }
      folder = try ScratchFolder()
      path = folder.path + "/guard.so"
      let source = folder.path + "/guard.c"
      try Data(PackageResources.guard_c).write(to: URL(filePath: source))
      let output = try await ShortCommand.run(
        toolchain.compiler, ["-x", "c", "-O2", "-fPIC", "-shared", "-o", path, source], timeout: .seconds(30))
      guard output.status == 0 else {
        throw EnvironmentProblem("the allocator with guard pages doesn't compile here: \(output.firstLine)")
      }
    #else
      throw EnvironmentProblem("this system has no way to put an allocator in front of its own")
    #endif
  }

  /// How a candidate is shut in with it.
  var policy: SandboxPolicy {
    var policy = SandboxPolicy(flavour: .candidate, readOnly: [path])
    policy.preload = path
    return policy
  }
}
