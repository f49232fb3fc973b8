import CRunner
import Foundation

/// bubblewrap (`bwrap`): the sandbox on Linux.
enum Bubblewrap {
  /// Names beside `/usr` that are links into it on some systems and folders on others.
  private static let systemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
  /// What the dynamic linker, the compilers and the clock read. No `/etc/passwd`: user names are nobody's business.
  private static let configuration = [
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/timezone",
    "/etc/OpenCL",
  ]
  /// PyTorch's and OpenMP's idea of the processors.
  private static let hardware = ["/sys/devices/system/cpu", "/sys/devices/system/node"]

  /// The `bwrap` of this system, tried out.
  /// - Throws: ``EnvironmentProblem``.
  static func detect(_ limit: ProcessLimit) async throws -> String {
    let alternative = "or allow running without a sandbox with sandbox = \"off\""
    guard let path = ShortCommand.find("bwrap") else {
      throw EnvironmentProblem(
        "bubblewrap is not installed, so generated code can't be run safely: install it"
          + " (`apt install bubblewrap`, `dnf install bubblewrap`), \(alternative)")
    }
    var arguments = walls(scratchBytes: 1 << 20, limit)
    arguments += ["--remount-ro", "/"] + user(limit) + ["/usr/bin/env", "true"]
    let trial = try await ShortCommand.run(path, arguments, timeout: .seconds(10))
    if trial.status == 0 { return path }
    let reason = trial.firstLine
    if reason.contains("--size") || reason.contains("--disable-userns") {
      throw EnvironmentProblem("\(path) is older than 0.8, which the sandbox needs: update bubblewrap, \(alternative)")
    }
    throw EnvironmentProblem(
      "\(path) can't make a sandbox here (\(reason)): allow unprivileged user namespaces"
        + " (`sysctl kernel.apparmor_restrict_unprivileged_userns=0`, `sysctl user.max_user_namespaces=10000`),"
        + " \(alternative)")
  }

  /// Arguments of `bwrap` for a worker, up to the command.
  /// - Parameters:
  ///   - readOnly: absolute paths; those that aren't there are left out.
  ///   - links: made inside as they are outside.
  ///   - cached: bound read-only into the scratch folder.
  ///   - filter, information: numbers of the descriptors *in bwrap* that hold the system-call filter and take the
  ///     report on the started process.
  static func arguments(
    policy: SandboxPolicy, limit: ProcessLimit, readOnly: [String], links: [SymbolicLink],
    cached: [InductorCache.File], filter: Int, information: Int
  ) -> [String] {
    var arguments = walls(scratchBytes: policy.scratchBytes, limit)
    if limit == .ownUser {
      // Folders on the way that bwrap makes by itself are root's alone.
      for folder in ancestors(readOnly + links.map(\.path)) { arguments += ["--perms", "0755", "--dir", folder] }
    }
    // Shorter paths first: a folder inside another one is mounted over it, not hidden by it.
    for path in Set(readOnly).sorted(by: { ($0.count, $0) < ($1.count, $1) }) {
      arguments += ["--ro-bind-try", path, path]
    }
    for link in links { arguments += ["--symlink", link.target, link.path] }
    let places = cached.map { ($0.path, "\(SandboxEnvironment.scratch)/\($0.place)") }
    // The compiler writes beside what is there.
    for folder in ancestors(places.map(\.1)) where folder != SandboxEnvironment.scratch {
      arguments += ["--perms", "1777", "--dir", folder]
    }
    for (path, place) in places { arguments += ["--ro-bind-try", path, place] }
    arguments += ["--chdir", SandboxEnvironment.scratch]
    arguments += ["--remount-ro", "/", "--remount-ro", "/dev"]
    arguments += ["--seccomp", String(filter), "--info-fd", String(information)]
    return arguments + user(limit)
  }

  /// The command that takes a sandbox of root's to its own user, before anything else runs in it.
  private static func user(_ limit: ProcessLimit) -> [String] {
    guard limit == .ownUser else { return [] }
    let number = String(ProcessLimit.strangersNumber())
    return [
      "/usr/bin/setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--inh-caps", "-all",
      "--bounding-set", "-all", "--",
    ]
  }

  /// The folders above these paths, outer ones first.
  private static func ancestors(_ paths: [String]) -> [String] {
    var found = Set<String>()
    for path in paths {
      var folder = (path as NSString).deletingLastPathComponent
      while folder.count > 1 && found.insert(folder).inserted {
        folder = (folder as NSString).deletingLastPathComponent
      }
    }
    return found.sorted { ($0.count, $0) < ($1.count, $1) }
  }

  private static func walls(scratchBytes: Int, _ limit: ProcessLimit) -> [String] {
    var arguments = ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "kernelwright"]
    if limit == .ownUser {
      // In a user namespace of one user there would be nobody else to become.
      arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
      for capability in ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"] { arguments += ["--cap-add", capability] }
    } else {
      arguments.append("--unshare-all")
    }
    arguments += ["--ro-bind", "/usr", "/usr"]
    for folder in systemFolders {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder) {
        arguments += ["--symlink", target, folder]
      } else {
        arguments += ["--ro-bind-try", folder, folder]
      }
    }
    for path in configuration + hardware { arguments += ["--ro-bind-try", path, path] }
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    // The namespace's first process runs under the same user: its memory would be a door into a program of ours.
    for path in ["/proc/1/mem", "/proc/1/task/1/mem"] { arguments += ["--ro-bind", "/dev/null", path] }
    for folder in ["/dev/shm", "/tmp", SandboxEnvironment.scratch] {
      arguments += ["--perms", "1777", "--size", String(scratchBytes), "--tmpfs", folder]
    }
    return arguments
  }

  /// The host's number of the namespace's first process, from what bwrap writes to `--info-fd`.
  static func rootProcess(information: Descriptor, deadline: UInt64) throws -> pid_t? {
    struct Report: Decodable {
      var childPid: pid_t
      enum CodingKeys: String, CodingKey { case childPid = "child-pid" }
    }
    var bytes: [UInt8] = []
    while bytes.count < 4096 {
      let part = try information.read(upTo: 4096, deadline: deadline)
      bytes += part
      if let report = try? JSONDecoder().decode(Report.self, from: Data(bytes)) { return report.childPid }
      if part.isEmpty { return nil }
    }
    return nil
  }
}
