import Foundation
import HardwareRunner

/// What runs the workers, and what a reader must know of it.
struct Machine {
  var environment: RunnerEnvironment
  var device: DeviceFacts

  init(python: String) async throws {
    let python = try await PythonEnvironment.probe(executable: python)
    try python.requireTorch()
    device = DeviceFacts.ofThisMachine()
    environment = RunnerEnvironment(
      python: python, sandbox: try await Sandbox.detect(allowUnsandboxed: false), toolchain: await Toolchain.probe(),
      registry: ProcessRegistry(), threads: min(device.cores, ProcessInfo.processInfo.activeProcessorCount))
  }

  /// The first line of every run in a file of results.
  func record(_ policy: VerificationPolicy) -> RunRecord {
    RunRecord(
      date: Self.now, device: device.name, threads: environment.threads, python: environment.python.version,
      torch: environment.python.torchVersion ?? "", sandboxed: environment.sandbox.isSandboxed, policy: policy,
      load: Self.load)
  }

  static var now: String { Date.now.formatted(.iso8601) }

  /// Averages of the number of runnable threads over 1, 5 and 15 minutes.
  static var load: [Double] {
    var averages = [0.0, 0.0, 0.0]
    return getloadavg(&averages, 3) == 3 ? averages : []
  }
}

struct RunRecord: Encodable {
  let kind = "run"
  var date: String
  var device: String
  var threads: Int
  var python: String
  var torch: String
  var sandboxed: Bool
  var policy: VerificationPolicy
  var load: [Double]
}
