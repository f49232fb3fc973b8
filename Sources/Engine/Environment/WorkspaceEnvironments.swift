import Foundation
import HardwareRunner
import Store

/// Everything that a job needs to know of the machine.
struct ResolvedEnvironment: Sendable {
  var runner: RunnerEnvironment
  var device: DeviceFacts
  /// Fingerprint of the versions that a result depends on beside the op and the device.
  var tools: String
}

/// Finds and remembers interpreter, compiler, sandbox and device facts; the slow parts run once a server, and the
/// measured facts once a machine.
actor WorkspaceEnvironments {
  private let workspace: String
  private let store: Store
  /// Of this machine, without running anything.
  nonisolated let deviceFingerprint: String
  private var interpreters: [String: PythonEnvironment] = [:]
  private var sandbox: Sandbox?
  private var toolchain: Toolchain?

  init(workspace: String, store: Store) {
    self.workspace = workspace
    self.store = store
    deviceFingerprint = DeviceFacts.ofThisMachine().fingerprint
  }

  /// - Throws: `EngineError` that says what to install or to set.
  func resolve(_ settings: EngineSettings, registry: ProcessRegistry) async throws -> ResolvedEnvironment {
    do {
      let python = try await interpreter(settings)
      try python.requireTorch()
      let sandbox = try await sandbox(settings)
      if toolchain == nil { toolchain = await Toolchain.probe() }
      let runner = RunnerEnvironment(
        python: python, sandbox: sandbox, toolchain: toolchain, registry: registry,
        // What PyTorch takes by default: one a physical core, of those that we may use.
        threads: min(DeviceFacts.ofThisMachine().cores, ProcessInfo.processInfo.activeProcessorCount))
      return ResolvedEnvironment(
        runner: runner, device: try await device(runner),
        tools: ToolVersions(runner, policy: VerificationPolicy.currentVersion).fingerprint)
    } catch let problem as EnvironmentProblem {
      throw EngineError(.environment, "\(problem)")
    }
  }

  private func interpreter(_ settings: EngineSettings) async throws -> PythonEnvironment {
    let choice = InterpreterChoice(
      named: settings.python, workspace: workspace, environment: ProcessInfo.processInfo.environment)
    guard let executable = choice.executable() else {
      throw EngineError(
        .environment,
        settings.python.map { "There is no Python interpreter \($0); choose another with --python." }
          ?? "No Python was found; install Python 3.9 or newer with PyTorch, or name one with --python.")
    }
    if let known = interpreters[executable] { return known }
    let found = try await PythonEnvironment.probe(executable: executable)
    // One without PyTorch is looked at again next time: the person is about to install it.
    if found.torchVersion != nil { interpreters[executable] = found }
    return found
  }

  private func sandbox(_ settings: EngineSettings) async throws -> Sandbox {
    if let sandbox, sandbox.isSandboxed { return sandbox }
    let found = try await Sandbox.detect(allowUnsandboxed: settings.allowUnsandboxed)
    sandbox = found
    return found
  }

  /// The measured facts, from the store when this machine was measured in this workspace before, or from where they are
  /// kept for all workspaces.
  private func device(_ runner: RunnerEnvironment) async throws -> DeviceFacts {
    let fingerprint = deviceFingerprint
    let machine = MeasuredDevice(fingerprint: fingerprint, torchVersion: runner.python.torchVersion)
    if let record = try? await store.read({ try $0.device(fingerprint: fingerprint) }),
      let known = try? JSONDecoder().decode(DeviceFacts.self, from: record.payload)
    {
      return machine.facts.map(known.refined) ?? known
    }
    let measured: DeviceFacts
    if let settled = machine.settled {
      measured = settled
    } else {
      measured = machine.add(try await DeviceFacts.measure(environment: runner))
    }
    let payload = try JSONEncoder().encode(measured)
    // A store that can't be written only means that the machine is measured again next time.
    try? await store.write { try $0.save(DeviceRecord(fingerprint: fingerprint, payload: payload)) }
    return measured
  }
}
