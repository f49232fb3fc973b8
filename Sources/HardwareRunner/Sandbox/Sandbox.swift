import Foundation

/// The means by which workers are shut in on this machine.
public struct Sandbox: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Linux: `bwrap` at this path.
    case bubblewrap(path: String)
    /// macOS: `/usr/bin/sandbox-exec`.
    case sandboxExec
    /// Nothing; only by the person's explicit setting. Results carry the label `unsandboxed`.
    case none
  }
  public var kind: Kind
  /// What bounds the number of processes in it.
  public var processLimit: ProcessLimit

  public init(kind: Kind, processLimit: ProcessLimit = .resourceLimit) {
    self.kind = kind
    self.processLimit = processLimit
  }

  /// Whether generated code can be kept from the rest of the machine.
  public var isSandboxed: Bool { kind != .none }

  /// Finds the sandbox of this system and tries it.
  /// - Parameter allowUnsandboxed: the person's explicit setting to run without one where there is none.
  /// - Throws: ``EnvironmentProblem`` saying why there is none and what to install, unless that is allowed.
  public static func detect(allowUnsandboxed: Bool = false) async throws -> Sandbox {
    do {
      #if os(macOS)
        let sandbox = Sandbox(kind: .sandboxExec)
        let trial = try await ShortCommand.run(
          SandboxExec.path, ["-p", "(version 1)(allow default)", "/usr/bin/true"], timeout: .seconds(10))
        guard trial.status == 0 else {
          throw EnvironmentProblem(
            "sandbox-exec doesn't work here (\(trial.firstLine)); run without a sandbox"
              + " only by setting sandbox = \"off\"")
        }
        return sandbox
      #else
        let limit = ProcessLimit.detect()
        return Sandbox(kind: .bubblewrap(path: try await Bubblewrap.detect(limit)), processLimit: limit)
      #endif
    } catch {
      if allowUnsandboxed { return Sandbox(kind: .none) }
      throw error
    }
  }
}
