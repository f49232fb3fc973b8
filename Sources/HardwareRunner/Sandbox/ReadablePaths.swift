import Foundation

/// A symbolic link, as it stands.
struct SymbolicLink: Sendable, Hashable {
  var path: String
  var target: String
}

/// What of the machine a worker has to be able to read beside the system's folders.
struct ReadablePaths: Sendable {
  /// Folders and files, absolute.
  var paths: [String] = []
  /// Links on the way to the interpreter that lie in none of them.
  var links: [SymbolicLink] = []

  /// Folders that hold much more than a project or an installation. They are never bound as a whole: whatever is bound
  /// can be read by generated code.
  private static let broad: Set<String> = [
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run",
    "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/var/tmp", "/Users", "/private/tmp",
  ]
  /// Entries of a broad folder that are bound one by one at most.
  private static let entryLimit = 200

  init(python: PythonEnvironment, toolchain: Toolchain?, workspace: String?, extra: [String]) {
    var wanted = [python.prefix, python.basePrefix] + python.searchPath + extra
    if let include = python.includeDirectory { wanted.append(include) }
    if let toolchain { wanted.append(Self.installation(of: toolchain.compiler)) }
    wanted += wanted.map(Self.resolved)
    if wanted.contains(where: { $0.hasPrefix("/nix/store/") }) { wanted.append("/nix/store") }
    wanted.removeAll(where: Self.isBroad)
    if let workspace {
      let real = Self.resolved(workspace)
      wanted += Self.isBroad(real) ? Self.importable(in: workspace) : [workspace, real]
    }
    var seen = Set<String>()
    let absolute = wanted.filter { $0.hasPrefix("/") && !$0.hasPrefix("/usr/") && seen.insert($0).inserted }
    // A link inside a bound folder (a workspace's `.venv` that lies elsewhere) is there already, and what it leads to is
    // bound by its own name: nothing can be mounted over a link.
    let real = absolute.filter { Self.resolved($0) == $0 }
    paths = absolute.filter { path in
      Self.resolved(path) == path || !real.contains { path.hasPrefix($0 + "/") }
    }
    links = Self.chain(from: python.executable).filter { link in !isCovered(link.path) }
  }

  private static func isBroad(_ path: String) -> Bool {
    let home = ProcessInfo.processInfo.environment["HOME"].map(resolved)
    let parent = (path as NSString).deletingLastPathComponent
    return broad.contains(path) || path == home || parent == "/home" || parent == "/Users"
  }

  /// Modules and packages that lie in a broad folder beside the user's file.
  private static func importable(in folder: String) -> [String] {
    let manager = FileManager.default
    let entries = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).sorted().filter { name in
      name.hasSuffix(".py") || manager.fileExists(atPath: "\(folder)/\(name)/__init__.py")
    }
    return entries.prefix(entryLimit).map { "\(folder)/\($0)" }
  }

  private func isCovered(_ path: String) -> Bool {
    (paths + ["/usr", "/bin", "/lib", "/lib64", "/sbin"]).contains { path.hasPrefix($0 + "/") || path == $0 }
  }

  /// The links that lead from `path` to the file behind it.
  private static func chain(from path: String) -> [SymbolicLink] {
    var links: [SymbolicLink] = []
    var path = path
    while links.count < 16, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
      links.append(SymbolicLink(path: path, target: target))
      let folder = (path as NSString).deletingLastPathComponent
      path = target.hasPrefix("/") ? target : ((folder + "/" + target) as NSString).standardizingPath
    }
    return links
  }

  private static func resolved(_ path: String) -> String { (path as NSString).resolvingSymlinksInPath }

  /// The folder that holds `bin/` with this program in it.
  private static func installation(of program: String) -> String {
    ((resolved(program) as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
  }
}
