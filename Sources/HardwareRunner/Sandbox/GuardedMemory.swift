import Foundation

/// The allocator of `guard.c`, built for this machine: in a process that preloads it, reading or writing outside of a
/// buffer is a crash, and reading what was never written shows in the result.
struct GuardedMemory: Sendable {
  /// The library.
  let path: String

  /// Addresses that it reserves at most, and what it notes about them, beside the memory in use.
  static let reservedBytes = 65 << 30

  /// Builds the library once a machine, into the person's cache folder.
  /// - Parameter environment: where `XDG_CACHE_HOME` and `HOME` are looked up; nil for this process's own.
  /// - Throws: ``EnvironmentProblem`` saying in a few words why there is none.
  init(_ toolchain: Toolchain?, environment: [String: String]? = nil) async throws {
    #if os(Linux)
      guard let toolchain else { throw EnvironmentProblem("there is no compiler") }
      guard let folder = CacheFolder.path(environment: environment) else {
        throw EnvironmentProblem("there is no cache folder to build the allocator with guard pages in")
      }
      path = folder + "/guard-\(Self.fingerprint(toolchain)).so"
      if FileManager.default.fileExists(atPath: path) { return }
      try await Self.build(path, toolchain)
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

  private static func fingerprint(_ toolchain: Toolchain) -> String {
    CacheFolder.fingerprint(PackageResources.guard_c + Array(toolchain.version.utf8))
  }

  /// Beside its place and then moved there: another server may be about the same.
  private static func build(_ path: String, _ toolchain: Toolchain) async throws {
    let draft = path + "-" + UUID().uuidString
    let source = draft + ".c"
    defer { for file in [source, draft] { try? FileManager.default.removeItem(atPath: file) } }
    do {
      try Data(PackageResources.guard_c).write(to: URL(filePath: source))
    } catch {
      throw EnvironmentProblem("the allocator with guard pages can't be built here: \(error.localizedDescription)")
    }
    let output = try await ShortCommand.run(
      toolchain.compiler, ["-x", "c", "-O2", "-fPIC", "-shared", "-o", draft, source], timeout: .seconds(30))
    guard output.status == 0, rename(draft, path) == 0 else {
      throw EnvironmentProblem("the allocator with guard pages doesn't compile here: \(output.firstLine)")
    }
  }
}
