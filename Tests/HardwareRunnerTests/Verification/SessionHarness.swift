import Foundation
import Testing

@testable import HardwareRunner

/// Tests with several processes each: one after the other.
@Suite(
  "Verification", .serialized, .enabled(if: Harness.hasTorch, "KERNELWRIGHT_TEST_PYTHON names no interpreter"))
enum VerificationTests {}

/// Real workers for the tests of verification.
enum Harness {
  static let python = ProcessInfo.processInfo.environment["KERNELWRIGHT_TEST_PYTHON"]
  static var hasTorch: Bool { python != nil }
  static var hasCompiler: Bool {
    ["g++", "c++", "clang++"].contains { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
  }

  static func environment() async throws -> RunnerEnvironment {
    let python = try await PythonEnvironment.probe(executable: python ?? "python3")
    return RunnerEnvironment(
      python: python, sandbox: try await Sandbox.detect(allowUnsandboxed: true), toolchain: await Toolchain.probe(),
      registry: ProcessRegistry(), threads: min(2, ProcessInfo.processInfo.activeProcessorCount))
  }

  /// A device without measured roofs, for tests in which the clock has no say.
  static let device = DeviceFacts(
    fingerprint: "0", name: "test device", kind: .cpu, cores: 2, vectorBits: 256,
    cacheBytes: [32 << 10, 1 << 20, 8 << 20], memoryBytes: 1 << 34)

  /// Small budgets and the same seeds every time.
  static func policy() -> VerificationPolicy {
    var policy = VerificationPolicy()
    policy.usesCompile = false
    policy.seed = 42
    policy.timingBudget = 2
    policy.minimumPairs = 3
    policy.maximumPairs = 6
    return policy
  }

  static func reference(
    _ source: String, name: String = "Model", kind: OpReference.Kind = .module,
    inputs: InputSpecification = .functions
  ) -> OpReference {
    let folder = NSTemporaryDirectory()
    return OpReference(
      path: folder + "/op.py", source: source, name: name, kind: kind, inputs: inputs, workspace: folder)
  }

  /// Judges candidates one after the other in one session.
  static func judge(
    _ reference: OpReference, _ candidates: [CandidateSource], policy: VerificationPolicy = policy(),
    device: DeviceFacts = device
  ) async throws -> [Verification] {
    let environment = try await environment()
    let session = try await VerificationSession(
      reference: reference, environment: environment, device: device, policy: policy, progress: { _ in })
    var results: [Verification] = []
    for candidate in candidates { results.append(try await session.verify(candidate)) }
    await session.close()
    return results
  }

  /// Whether nothing spoke against the candidate; only the clock may have withheld a claim.
  static func isRight(_ result: Verification) -> Bool {
    [.verified, .notFaster, .inconclusive].contains(result.verdict)
      && result.gates.allSatisfy { $0.passed || $0.name == "timing" || $0.name == "admission" }
  }

  static func text(_ name: String, _ result: Verification) -> Comment {
    let gates = result.gates.map { "\($0.name) \($0.passed ? "passed" : "FAILED"): \($0.detail)" }
    return "\(name): \(result.verdict), \(result.summary)\n\(gates.joined(separator: "\n"))"
  }

  static func candidate(_ source: String, idea: String = "test") -> CandidateSource {
    CandidateSource(source: source, idea: idea, agent: "test")
  }

  static func indented(_ text: String, by count: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String(repeating: " ", count: count) + $0 }
      .joined(separator: "\n")
  }

  /// Row-wise softmax over scaled inputs: reductions, special values, weights, gradients. Small, so that no clock runs.
  static let softmax = """
    import torch
    import torch.nn as nn

    class Model(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.scale = nn.Parameter(torch.rand(width) + 0.5)

        def forward(self, x):
            return torch.softmax(x * self.scale, dim=-1)

    def get_inputs():
        return [torch.randn(16, 120)]

    def get_init_inputs():
        return [120]
    """

  /// A `ModelNew` for ``softmax`` with this body of `forward`.
  static func softmaxCandidate(
    _ name: String, _ forward: String, before: String = "", setUp: String = "pass"
  ) -> CandidateSource {
    candidate(
      """
      import torch
      import torch.nn as nn
      \(before)

      class ModelNew(nn.Module):
          def __init__(self, width):
              super().__init__()
              self.scale = nn.Parameter(torch.ones(width))
      \(indented(setUp, by: 8))

          def forward(self, x):
      \(indented(forward, by: 8))
      """, idea: name)
  }
}
