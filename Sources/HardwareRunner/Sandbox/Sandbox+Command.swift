import CRunner
import Foundation

/// A private folder, removed with the last reference.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/kernelwright-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw WorkerFailure.launchFailed("no scratch folder at \(path): \(error.localizedDescription)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A worker's command line with what belongs to it.
struct SandboxedCommand: Sendable {
  var command: LaunchCommand
  /// Descriptors of the child; -1 where it has none.
  var descriptors: [Int32]
  /// Kept open until the child has them.
  var held: [Descriptor]
  /// Where the sandbox reports the number of its first process; nil when that is the child itself.
  var information: Descriptor?
  /// Without bubblewrap: the folder that the worker may write, to be kept as long as it runs.
  var scratch: ScratchFolder?
  /// What bounds its processes, where that is a control group; to be removed when it has ended.
  var group: ControlGroup?
}

extension Sandbox {
  /// How to start the interpreter with `arguments` inside this sandbox.
  /// - Parameters:
  ///   - standard: descriptors 0, 1, 2 and 3 (the arena, -1 for none) of the worker.
  func command(
    _ arguments: [String], policy: SandboxPolicy, environment: RunnerEnvironment, workspace: String?,
    standard: [Int32]
  ) throws -> SandboxedCommand {
    let python = environment.python
    let readable = ReadablePaths(
      python: python, toolchain: environment.toolchain, workspace: workspace, extra: policy.readOnly)
    // By `env`, not by the environment: whatever starts the interpreter would be the first to load it.
    let interpreter =
      (policy.preload.map { ["/usr/bin/env", "LD_PRELOAD=\($0)"] } ?? []) + [python.executable] + arguments
    let inductor = InductorCache(python, environment.toolchain)
    func variables(_ scratch: String) -> [String: String] {
      var variables = SandboxEnvironment.variables(
        python: python, toolchain: environment.toolchain, scratch: scratch)
      if inductor.areVectorsUsable == true { variables["TORCHINDUCTOR_VEC_ISA_OK"] = "1" }
      if !policy.isTimed {
        variables["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
        variables["OMP_WAIT_POLICY"] = "passive"
      }
      return variables
    }
    switch kind {
    case .bubblewrap(let path):
      let number = crunner_seccomp_filter()
      guard number >= 0 else {
        throw WorkerFailure.launchFailed("no system-call filter: \(String(cString: strerror(errno)))")
      }
      let filter = Descriptor(number)
      let information = try Descriptor.pipe()
      let walls = Bubblewrap.arguments(
        policy: policy, limit: processLimit, readOnly: readable.paths, links: readable.links, cached: inductor.files,
        filter: standard.count, information: standard.count + 1)
      var group: ControlGroup?
      if case .controlGroup(let parent) = processLimit {
        group = try ControlGroup(in: parent, processes: policy.processes)
      }
      return SandboxedCommand(
        command: LaunchCommand(
          path: path, arguments: walls + interpreter,
          environment: variables(SandboxEnvironment.scratch), directory: "/", controlGroup: group?.members,
          niceness: policy.niceness),
        descriptors: standard + [filter.number, information.write.number], held: [filter, information.write],
        information: information.read, group: group)
    case .sandboxExec:
      let scratch = try ScratchFolder()
      let walls = SandboxExec.arguments(readOnly: readable.paths, scratch: scratch.path)
      return SandboxedCommand(
        command: LaunchCommand(
          path: SandboxExec.path, arguments: walls + interpreter,
          environment: variables(scratch.path), directory: scratch.path, niceness: policy.niceness),
        descriptors: standard, held: [], scratch: scratch)
    case .none:
      let scratch = try ScratchFolder()
      return SandboxedCommand(
        command: LaunchCommand(
          path: interpreter[0], arguments: Array(interpreter.dropFirst()), environment: variables(scratch.path),
          directory: scratch.path, subreaper: true, niceness: policy.niceness),
        descriptors: standard, held: [], scratch: scratch)
    }
  }
}
