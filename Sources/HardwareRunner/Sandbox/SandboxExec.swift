/// `sandbox-exec`: the sandbox on macOS. Apple calls it deprecated and ships it, and builds its own tools on it.
///
/// What it can't do, compared with bubblewrap: other processes are visible by number (not reachable by signals), and the
/// size of the scratch folder is bounded by `RLIMIT_FSIZE` a file only.
enum SandboxExec {
  static let path = "/usr/bin/sandbox-exec"

  /// Arguments up to the command.
  /// - Parameters:
  ///   - readOnly: absolute paths beside the system's.
  ///   - scratch: the one folder that may be written.
  static func arguments(readOnly: [String], scratch: String) -> [String] {
    ["-p", profile(readOnly: readOnly, scratch: scratch)]
  }

  static func profile(readOnly: [String], scratch: String) -> String {
    let system = [
      "/usr", "/bin", "/sbin", "/System", "/Library/Developer", "/opt", "/private/etc", "/dev", "/private/var/db",
    ]
    let readable = (system + readOnly).map { "(subpath \(quoted($0)))" }.joined(separator: " ")
    return """
      (version 1)
      (deny default)
      (allow process-fork process-exec)
      (allow signal (target same-sandbox))
      (allow sysctl-read mach-lookup ipc-posix-shm-read* ipc-posix-sem)
      (allow file-read-metadata)
      (allow file-read* (literal "/") \(readable) (subpath \(quoted(scratch))))
      (allow file-write* (subpath \(quoted(scratch))) (literal "/dev/null") (literal "/dev/dtracehelper"))
      (deny network*)
      """
  }

  private static func quoted(_ path: String) -> String {
    "\"" + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
