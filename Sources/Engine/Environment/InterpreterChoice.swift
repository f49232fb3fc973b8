import Foundation

/// Which Python is used for a file: the one that was named, else the workspace's `.venv`, `$VIRTUAL_ENV`, conda's,
/// `python3`.
struct InterpreterChoice {
  var named: String?
  var workspace: String
  var environment: [String: String]

  /// Absolute path of the interpreter; nil when there is none anywhere.
  func executable() -> String? {
    if let named { return resolve(named) }
    var folders = [workspace + "/.venv"]
    folders += [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap { $0 }
    for folder in folders where FileManager.default.isExecutableFile(atPath: folder + "/bin/python") {
      return folder + "/bin/python"
    }
    return search("python3") ?? search("python")
  }

  /// What a person wrote: a path (absolute, in the home folder or in the workspace) or a program's name.
  private func resolve(_ text: String) -> String? {
    if text.hasPrefix("~/"), let home = environment["HOME"] { return existing(home + text.dropFirst()) }
    if text.hasPrefix("/") { return existing(text) }
    if text.contains("/") {
      return existing(workspace + "/" + text) ?? existing(FileManager.default.currentDirectoryPath + "/" + text)
    }
    return search(text)
  }

  private func search(_ program: String) -> String? {
    for folder in (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
      if let found = existing("\(folder)/\(program)") { return found }
    }
    return nil
  }

  private func existing(_ path: String) -> String? {
    FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}
