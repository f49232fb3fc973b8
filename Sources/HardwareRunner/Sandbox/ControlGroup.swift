import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A control group (cgroups(7), version 1 or 2) that bounds the number of processes and threads in one sandbox.
///
/// The sandbox can't leave it: the file system of control groups isn't there inside.
final class ControlGroup: Sendable {
  /// Folder of the group.
  let path: String

  private static let prefix = "kernelwright-"

  /// Makes a group.
  /// - Throws: ``WorkerFailure/launchFailed(_:)``.
  init(in parent: String, processes: Int) throws {
    path = parent + "/" + Self.prefix + "\(getpid())-" + UUID().uuidString
    guard mkdir(path, 0o755) == 0 else {
      throw WorkerFailure.launchFailed("no control group at \(path): \(String(cString: strerror(errno)))")
    }
    do {
      try Self.write("\(processes)", to: path + "/pids.max")
    } catch {
      rmdir(path)
      throw error
    }
  }

  /// What a process writes its number to, or 0 for itself, to become a member with all its descendants.
  var members: String { path + "/cgroup.procs" }

  /// Removes the group once its last process is gone, which may be a moment after the sandbox's outer process is.
  func remove() async {
    // Half a minute in all: on a busy machine a large process takes its time to end.
    for attempt in 1...55 {
      if rmdir(path) == 0 || errno != EBUSY { return }
      if attempt > Self.patience { Self.killMembers(path) }
      try? await Task.sleep(for: .milliseconds(20 * attempt))
    }
  }

  /// Attempts, about a second, after which whoever is in the group still has no business there.
  private static let patience = 10

  /// A sandbox whose outer process is killed in its very first moments leaves one behind that waits to be let run, for
  /// ever (bubblewrap sets it to die with its parent later).
  private static func killMembers(_ path: String) {
    let members = (try? String(contentsOfFile: path + "/cgroup.procs", encoding: .utf8)) ?? ""
    for pid in members.split(separator: "\n").compactMap({ pid_t($0) }) where pid > 1 { kill(pid, SIGKILL) }
  }

  /// The folder in which groups can be made, tried out; nil where there is none. Groups that servers killed earlier
  /// have left there are removed on the way, with whoever is in them.
  static func usableParent() -> String? {
    let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    return candidates(groups: groups, mounts: mounts).first { parent in
      guard let trial = try? ControlGroup(in: parent, processes: 16) else { return false }
      rmdir(trial.path)
      sweep(parent)
      return true
    }
  }

  /// Folders to try, the likeliest first. Version 1: the process's own group of the `pids` hierarchy, or its root.
  /// Version 2: the process's own group and those above it; one that holds processes can't pass the controller on, so
  /// it is often one further up that works.
  static func candidates(groups: String, mounts: String) -> [String] {
    var found: [String] = []
    let mounted = mounts.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      .filter { $0.count >= 4 }
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      if controllers.contains("pids") {
        let mount = mounted.first { $0[2] == "cgroup" && $0[3].split(separator: ",").contains("pids") }
        if let mount { found += [mount[1] + (fields[2] == "/" ? "" : fields[2]), mount[1]] }
      } else if fields[0] == "0", let mount = mounted.first(where: { $0[2] == "cgroup2" }) {
        var path = fields[2]
        while path.count > 1 {
          found.append(mount[1] + path)
          path = (path as NSString).deletingLastPathComponent
        }
        found.append(mount[1])
      }
    }
    var seen = Set<String>()
    return found.filter { seen.insert($0).inserted }
  }

  private static func sweep(_ parent: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let pid = pid_t(owner), pid != getpid(), kill(pid, 0) != 0, errno == ESRCH else { continue }
      let path = parent + "/" + name
      guard rmdir(path) != 0, errno == EBUSY else { continue }
      killMembers(path)
      // What was killed needs a moment; one that needs longer is the next server's to remove.
      for _ in 0..<20 where rmdir(path) != 0 && errno == EBUSY { usleep(1000) }
    }
  }

  private static func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw WorkerFailure.launchFailed("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard bytes.withUnsafeBytes({ Foundation.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
      throw WorkerFailure.launchFailed("\(path): \(String(cString: strerror(errno)))")
    }
  }
}
