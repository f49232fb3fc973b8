import Foundation

/// A Python interpreter with what was found out about it: enough to bind it into a sandbox and to run workers with it.
public struct PythonEnvironment: Sendable, Codable, Hashable {
  /// Absolute path as `sys.executable` gives it (links in it are kept: a virtual environment is known by its path).
  public var executable: String
  /// `sys.prefix` and `sys.base_prefix`.
  public var prefix: String
  public var basePrefix: String
  /// `sys.path` of the isolated interpreter plus the user's site-packages where there are any.
  public var searchPath: [String]
  /// e.g. `3.11.7`.
  public var version: String
  /// Version of the installed PyTorch, from its metadata, without importing it; nil where there is none.
  public var torchVersion: String?
  /// Folder of `Python.h`; nil where the headers are missing (`torch.compile` on a CPU needs them).
  public var includeDirectory: String?

  enum CodingKeys: String, CodingKey {
    case executable, prefix, version
    case basePrefix = "base_prefix"
    case searchPath = "search_path"
    case torchVersion = "torch_version"
    case includeDirectory = "include_directory"
  }

  /// Oldest versions that workers are written for.
  static let oldestPython = [3, 9]
  static let oldestTorch = [2, 6]

  /// Runs the interpreter once (about 50 ms; imports nothing but the standard library).
  /// - Parameter executable: a path, or a name to be looked up in `PATH`.
  /// - Throws: ``EnvironmentProblem`` when it can't be run or is older than 3.9.
  public static func probe(executable name: String) async throws -> PythonEnvironment {
    let choose = "choose an interpreter with --python"
    guard let path = ShortCommand.find(name) else {
      throw EnvironmentProblem("there is no Python interpreter \(name): \(choose)")
    }
    let output: ShortCommand.Output
    do {
      output = try await ShortCommand.run(path, ["-I", "-c", script], timeout: .seconds(30))
    } catch {
      throw EnvironmentProblem("\(path) can't be run (\(error)): \(choose)")
    }
    guard output.status == 0, let line = output.stdout.split(whereSeparator: \.isNewline).last,
      let found = try? JSONDecoder().decode(PythonEnvironment.self, from: Data(line.utf8))
    else {
      throw EnvironmentProblem("\(path) is no working Python interpreter (\(output.firstLine)): \(choose)")
    }
    guard numbers(found.version).lexicographicallyPrecedes(oldestPython) == false else {
      throw EnvironmentProblem("\(path) is Python \(found.version); 3.9 or newer is needed: \(choose)")
    }
    return found
  }

  /// - Throws: ``EnvironmentProblem`` with the command that installs PyTorch when it is missing or older than 2.6.
  public func requireTorch() throws {
    guard let torchVersion else {
      throw EnvironmentProblem(
        "PyTorch is not installed for \(executable): run `\(executable) -m pip install torch`, or choose another"
          + " interpreter with --python")
    }
    if Self.numbers(torchVersion).lexicographicallyPrecedes(Self.oldestTorch) {
      throw EnvironmentProblem(
        "PyTorch \(torchVersion) of \(executable) is too old: run `\(executable) -m pip install -U torch` for 2.6 or"
          + " newer, or choose another interpreter with --python")
    }
  }

  private static func numbers(_ version: String) -> [Int] {
    version.split(separator: ".").map { Int($0.prefix(while: \.isNumber)) ?? 0 }
  }

  /// Prints this struct as one line of JSON. `-I` leaves the user's own site-packages out of `sys.path`; PyTorch may
  /// well be installed there, so they are added where Python itself would have them.
  private static let script = """
    import importlib.metadata, importlib.util, json, os, site, sys, sysconfig
    path = [p for p in sys.path if p]
    if site.check_enableusersite() is not None and os.path.isdir(site.getusersitepackages()):
        if sys.prefix == sys.base_prefix and site.getusersitepackages() not in path:
            path.append(site.getusersitepackages())
            sys.path.append(path[-1])
    torch = None
    if importlib.util.find_spec("torch") is not None:
        try:
            torch = importlib.metadata.version("torch")
        except importlib.metadata.PackageNotFoundError:
            import torch as module
            torch = str(module.__version__)
    include = sysconfig.get_path("include")
    if not include or not os.path.exists(os.path.join(include, "Python.h")):
        include = None
    print(json.dumps({"executable": sys.executable, "prefix": sys.prefix, "base_prefix": sys.base_prefix,
        "search_path": path, "version": "%d.%d.%d" % sys.version_info[:3], "torch_version": torch,
        "include_directory": include}))
    """
}
