public import Foundation

/// One thing that Kernelwright needs, and whether it is there.
public struct DoctorCheck: Sendable, Codable, Hashable {
  public enum Status: String, Sendable, Codable, Hashable {
    case ok
    /// Works, but less well or less surely.
    case warning
    /// Nothing can be measured before this is put right.
    case problem
  }

  /// `python`, `torch`, `compiler`, `headers`, `sandbox`, `workspace`, `worker`.
  public var name: String
  public var status: Status
  /// One line: what was found.
  public var detail: String
  /// What to do about it; nil when all is well.
  public var nextStep: String?

  enum CodingKeys: String, CodingKey {
    case name, status, detail
    case nextStep = "next_step"
  }

  public init(name: String, status: Status, detail: String, nextStep: String? = nil) {
    self.name = name
    self.status = status
    self.detail = detail
    self.nextStep = nextStep
  }
}

/// Looks whether everything that Kernelwright needs is there and works.
public struct Doctor: Sendable {
  /// Name or path of the interpreter to look at.
  public var python: String
  public var workspace: String
  /// The person's setting to run without a sandbox where there is none.
  public var allowUnsandboxed: Bool
  /// Whose `CXX` and `PATH` count.
  public var environment: [String: String]

  public init(
    python: String, workspace: String, allowUnsandboxed: Bool = false,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.python = python
    self.workspace = workspace
    self.allowUnsandboxed = allowUnsandboxed
    self.environment = environment
  }

  /// All checks, in the order in which to put things right. The last starts a real worker when the others allow it and
  /// takes a few seconds.
  public func checks() async -> [DoctorCheck] {
    let (pythonCheck, python) = await checkPython()
    let toolchain = await Toolchain.probe(environment: environment)
    let (sandboxCheck, sandbox) = await checkSandbox()
    var checks = [
      pythonCheck, Self.torch(python), Self.compiler(toolchain), Self.headers(python), sandboxCheck, checkWorkspace(),
    ]
    if let python, let sandbox, !checks.contains(where: { $0.status == .problem }) {
      let runner = RunnerEnvironment(
        python: python, sandbox: sandbox, toolchain: toolchain, registry: ProcessRegistry(),
        threads: DeviceFacts.ofThisMachine().cores)
      checks.append(await Self.worker(runner))
    }
    return checks
  }

  private func checkPython() async -> (DoctorCheck, PythonEnvironment?) {
    do {
      let found = try await PythonEnvironment.probe(executable: python)
      return (DoctorCheck(name: "python", status: .ok, detail: "Python \(found.version) at \(found.executable)"), found)
    } catch {
      return (
        DoctorCheck(
          name: "python", status: .problem, detail: "\(error)",
          nextStep: "install Python 3.9 or newer, or name an interpreter with --python"), nil
      )
    }
  }

  static func torch(_ python: PythonEnvironment?) -> DoctorCheck {
    guard let python else {
      return DoctorCheck(
        name: "torch", status: .problem, detail: "no Python to look for PyTorch in", nextStep: "install Python first")
    }
    do {
      try python.requireTorch()
      return DoctorCheck(name: "torch", status: .ok, detail: "PyTorch \(python.torchVersion ?? "")")
    } catch {
      return DoctorCheck(
        name: "torch", status: .problem, detail: "\(error)",
        nextStep: "run `\(python.executable) -m pip install -U torch`")
    }
  }

  static func compiler(_ toolchain: Toolchain?) -> DoctorCheck {
    if let toolchain {
      return DoctorCheck(name: "compiler", status: .ok, detail: "\(toolchain.version) at \(toolchain.compiler)")
    }
    return DoctorCheck(
      name: "compiler", status: .warning,
      detail: "no C++ compiler: generated kernels and torch.compile can't run, other candidates can",
      nextStep: installCompiler)
  }

  static func headers(_ python: PythonEnvironment?) -> DoctorCheck {
    if let folder = python?.includeDirectory {
      return DoctorCheck(name: "headers", status: .ok, detail: "Python.h in \(folder)")
    }
    return DoctorCheck(
      name: "headers", status: .warning,
      detail: "Python.h is missing: torch.compile can't be a baseline or a candidate on the CPU",
      nextStep: "install Python's headers (`apt install python3-dev`, `dnf install python3-devel`)")
  }

  private func checkSandbox() async -> (DoctorCheck, Sandbox?) {
    do {
      let sandbox = try await Sandbox.detect(allowUnsandboxed: allowUnsandboxed)
      switch sandbox.kind {
      case .bubblewrap(let path):
        let detail =
          switch sandbox.processLimit {
          case .resourceLimit: "bubblewrap at \(path) works"
          case .controlGroup: "bubblewrap at \(path) works; as root, processes are bounded by control groups"
          case .ownUser:
            "bubblewrap at \(path) works; as root without control groups, generated code runs as a user of its own,"
              + " who can read only what everybody may read"
          }
        return (DoctorCheck(name: "sandbox", status: .ok, detail: detail), sandbox)
      case .sandboxExec:
        return (DoctorCheck(name: "sandbox", status: .ok, detail: "sandbox-exec works"), sandbox)
      case .none:
        return (
          DoctorCheck(
            name: "sandbox", status: .warning,
            detail: "switched off by your settings: generated code can do whatever you can",
            nextStep: "install bubblewrap and remove sandbox = \"off\""), sandbox
        )
      }
    } catch {
      return (
        DoctorCheck(
          name: "sandbox", status: .problem, detail: "\(error)",
          nextStep: "install bubblewrap 0.8 or newer (`apt install bubblewrap`)"), nil
      )
    }
  }

  private func checkWorkspace() -> DoctorCheck {
    var folder = URL(filePath: workspace).standardizedFileURL.path
    let own = folder + "/.kernelwright"
    if FileManager.default.fileExists(atPath: own) { folder = own }
    if FileManager.default.isWritableFile(atPath: folder) {
      return DoctorCheck(name: "workspace", status: .ok, detail: "results are kept in \(own)")
    }
    return DoctorCheck(
      name: "workspace", status: .warning, detail: "\(folder) can't be written: results are kept in your cache folder",
      nextStep: "make \(folder) writable to keep them beside your code")
  }

  private static func worker(_ environment: RunnerEnvironment) async -> DoctorCheck {
    do {
      let worker = try await Worker.launch(role: .device, environment: environment, workspace: nil, arena: nil)
      worker.terminate()
      return DoctorCheck(name: "worker", status: .ok, detail: "a worker starts and loads PyTorch")
    } catch {
      return DoctorCheck(
        name: "worker", status: .problem, detail: "\(error)",
        nextStep: "run `\(environment.python.executable) -c 'import torch'` to see whether PyTorch loads by itself")
    }
  }

  private static var installCompiler: String {
    #if os(macOS)
      "run `xcode-select --install`"
    #else
      "install one (`apt install g++`, `dnf install gcc-c++`) or set CXX"
    #endif
  }
}
