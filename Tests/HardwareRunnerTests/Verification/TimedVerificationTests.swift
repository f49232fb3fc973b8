import Foundation
import Testing

@testable import HardwareRunner

extension VerificationTests {
  @Suite("Verification with the clock")
  struct TimedVerificationTests {
    /// Work that takes some milliseconds, most of it for nothing.
    static let op = """
      import torch

      def f(x):
          for _ in range(8):
              y = torch.exp(x) + torch.sin(x)
          return y

      def get_inputs():
          return [torch.randn(256, 1024)]
      """

    static func candidate(_ forward: String, idea: String, minimumBytes: Int? = nil) -> CandidateSource {
      CandidateSource(
        source: """
          import torch
          import torch.nn as nn

          class ModelNew(nn.Module):
              def __init__(self):
                  super().__init__()
                  self.calls = 0

              def forward(self, x):
          \(Harness.indented(forward, by: 8))
          """, idea: idea, agent: "test", minimumBytes: minimumBytes)
    }

    /// Memory in which nothing could be faster than a second.
    static var slowDevice: DeviceFacts {
      var device = Harness.device
      device.bandwidth = [.init(level: .dram, bytes: 1 << 34, gbPerSecond: 0.001)]
      return device
    }

    /// One over a softmax's width, and gradients of thousands: bounds that were read where those lie would be too wide.
    static let smallWithLargeGradients = """
      import torch
      import torch.nn as nn

      class Model(nn.Module):
          def forward(self, x):
              return torch.softmax(x * 1e4, dim=-1)

      def get_inputs():
          return [torch.randn(64, 1024) * 1e-4]
      """

    @Test("the quick look goes by the outputs' own error scale, whatever the session did after it was known")
    func quickBound() async throws {
      let session = try await VerificationSession(
        reference: Harness.reference(Self.smallWithLargeGradients), environment: try await Harness.environment(),
        device: Harness.device, policy: Harness.policy(), progress: { _ in })
      let bounds = await session.quick.bounds
      await session.close()
      let bound = try #require(bounds[0])
      // Outputs are about 0.05 at most, and right to some 1e-7 of themselves: 17 units, allowed for fourfold.
      #expect(bounds.count == 1 && bound > 1e-9 && bound < 1e-5)
    }

    @Test("a faster candidate is timed against every baseline; whether a claim is made is the clock's to say")
    func timed() async throws {
      let result = try await Harness.judge(
        Harness.reference(Self.op, name: "f", kind: .function),
        [Self.candidate("return torch.exp(x) + torch.sin(x)", idea: "once is enough")])[0]
      let text = Harness.text("timed", result)
      #expect(Harness.isRight(result), text)
      #expect((result.speedup != nil) == (result.verdict == .verified), text)
      let timing = try #require(result.gates.first { $0.name == "timing" })
      #expect((timing.figures["outputs_checked"] ?? 0) >= 2 && timing.figures["null_us"] != nil, text)
      #expect(result.baselines.map(\.name) == ["eager", "torch.compile"])
      #expect(result.baselines[1].unavailable == "turned off")
      if (timing.figures["pairs"] ?? 0) > 0 {
        #expect(result.speedupVs["eager"] != nil && result.candidate?.medianMs != nil)
      }
    }

    @Test("what does its work only while it is watched is caught while it is timed")
    func onlyWhileWatched() async throws {
      // The gates make fewer calls than this.
      let forward = """
        self.calls += 1
        if self.calls > 60:
            return torch.zeros_like(x)
        return torch.exp(x) + torch.sin(x)
        """
      var policy = Harness.policy()
      policy.timingBudget = 60
      policy.minimumPairs = 40
      policy.maximumPairs = 40
      let result = try await Harness.judge(
        Harness.reference(Self.op, name: "f", kind: .function), [Self.candidate(forward, idea: "lazy")],
        policy: policy)[0]
      #expect(result.verdict == .wrong, Harness.text("lazy", result))
      #expect(result.gates.last?.name == "timing" && result.gates.last?.passed == false)
      #expect(result.speedup == nil)
    }

    @Test("a result that memory could not have delivered is refused")
    func tooFast() async throws {
      let result = try await Harness.judge(
        Harness.reference(Self.op, name: "f", kind: .function),
        [Self.candidate("return torch.exp(x) + torch.sin(x)", idea: "once", minimumBytes: 1 << 30)],
        device: Self.slowDevice)[0]
      let measured = result.gates.first { $0.name == "timing" }?.figures["candidate_warm_ms"]
      if measured != nil {
        #expect(result.verdict == .cheating, Harness.text("too fast", result))
        #expect(result.summary.contains("Faster than memory could deliver"))
      }
      #expect(result.speedup == nil)
    }
  }
}
