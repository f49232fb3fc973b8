import Foundation
import Testing

@testable import HardwareRunner

/// What the tests that run Python need of the machine.
enum Machine {
  static let python = ProcessInfo.processInfo.environment["KERNELWRIGHT_TEST_PYTHON"]
  static let hasPython = python != nil
  static let hasBubblewrap = ShortCommand.find("bwrap") != nil
  static let hasCompiler = ["g++", "c++", "clang++"].contains { ShortCommand.find($0) != nil }
  static let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
  static let canSandbox = hasPython && hasBubblewrap

  static func environment(sandboxed: Bool = true, threads: Int = 2) async throws -> RunnerEnvironment {
    let interpreter = try #require(python)
    return RunnerEnvironment(
      python: try await PythonEnvironment.probe(executable: interpreter),
      sandbox: sandboxed ? try await Sandbox.detect() : Sandbox(kind: .none), toolchain: await Toolchain.probe(),
      registry: ProcessRegistry(), threads: threads)
  }
}

/// A folder with a user's file in it.
final class Project {
  let folder: String
  init(_ files: [String: String] = [:], under parent: String = NSTemporaryDirectory()) throws {
    folder = parent + "/kernelwright-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8) }
  }
  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func reference(_ source: String, name: String = "Model", kind: OpReference.Kind = .module) -> OpReference {
    OpReference(
      path: folder + "/op.py", source: source, name: name, kind: kind, inputs: .functions, workspace: folder)
  }
}

/// A linear layer followed by a ReLU.
let linearSource = """
  import torch
  from torch import nn

  class Model(nn.Module):
      def __init__(self, width):
          super().__init__()
          self.linear = nn.Linear(width, width)
          self.register_buffer("scale", torch.full((width,), 2.0))

      def forward(self, x):
          return torch.relu(self.linear(x)) * self.scale

  def get_init_inputs():
      return [8]

  def get_inputs():
      return [torch.randn(4, 8)]
  """

extension CallInputs {
  /// Row-major float32 tensors, each at a multiple of 64 bytes.
  static func floats(_ tensors: [(shape: [Int], values: [Float])]) -> CallInputs {
    var bytes: [UInt8] = []
    var arguments: [InputValue] = []
    for tensor in tensors {
      bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
      arguments.append(.tensor(TensorLayout(contiguous: .float32, shape: tensor.shape, offset: bytes.count)))
      tensor.values.withUnsafeBytes { bytes += $0 }
    }
    return CallInputs(bytes: bytes, arguments: arguments)
  }
}

extension OutputTensor {
  var floats: [Float] { bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) } }
}

/// A contender over its own arena, and the environment it was started in.
func launch(
  _ role: ContenderRole, _ reference: OpReference, candidate: String? = nil, state: StateBundle? = nil,
  policy: SandboxPolicy? = nil, in environment: RunnerEnvironment, arenaSize: Int = 64 << 20
) async throws -> CallWorker {
  try await CallWorker.launch(
    role: role, reference: reference, candidateSource: candidate, environment: environment,
    arena: try SharedArena(size: arenaSize), state: state, policy: policy)
}

func referenceWorker(_ reference: OpReference, in environment: RunnerEnvironment) async throws -> Worker {
  let worker = try await Worker.launch(
    role: .reference, environment: environment, workspace: reference.workspace,
    arena: try SharedArena(size: 64 << 20))
  _ = try await worker.load(reference)
  return worker
}
