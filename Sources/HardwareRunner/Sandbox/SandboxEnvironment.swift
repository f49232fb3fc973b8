import Foundation

/// The environment variables of a worker: these and no others, so that no key or token of the person's gets in.
enum SandboxEnvironment {
  /// Home and scratch folder inside bubblewrap.
  static let scratch = "/kernelwright"

  /// - Parameter scratch: the one folder that the worker may write.
  static func variables(python: PythonEnvironment, toolchain: Toolchain?, scratch: String) -> [String: String] {
    var path = [(python.executable as NSString).deletingLastPathComponent]
    if let toolchain { path.append((toolchain.compiler as NSString).deletingLastPathComponent) }
    path += ["/usr/local/bin", "/usr/bin", "/bin"]
    var seen = Set<String>()
    var variables = [
      "PATH": path.filter { seen.insert($0).inserted }.joined(separator: ":"),
      "LANG": "C.UTF-8",
      "HOME": scratch,
      "TMPDIR": scratch,
      // Inductor names its cache after the user and asks the system, which isn't told.
      "USER": "kernelwright",
      "LOGNAME": "kernelwright",
      "PYTHONDONTWRITEBYTECODE": "1",
      "TORCHINDUCTOR_CACHE_DIR": scratch + "/inductor",
      "TRITON_CACHE_DIR": scratch + "/triton",
      "XDG_CACHE_HOME": scratch + "/cache",
      // Its pool of compiler processes would outlive the compilation and stand in every later freeze.
      "TORCHINDUCTOR_COMPILE_THREADS": "1",
    ]
    if let toolchain { variables["CXX"] = toolchain.compiler }
    return variables
  }
}
