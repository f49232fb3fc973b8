import Testing

@testable import HardwareRunner

extension VerificationTests {
  @Suite("Gradients")
  struct GradientTests {
    /// Each gradient is a sum of nine numbers of either sign; among sixty thousand some all but cancel.
    static let pooling = """
      import torch
      import torch.nn as nn
      import torch.nn.functional as F

      class Model(nn.Module):
          def forward(self, x):
              return F.avg_pool2d(x, 3, 1, 1)

      def get_inputs():
          return [torch.randn(4, 4, 64, 64)]
      """

    @Test("a gradient that all but cancels is allowed the error that the reference makes there")
    func cancellation() async throws {
      let candidate = Harness.candidate(
        """
        import torch
        import torch.nn as nn
        import torch.nn.functional as F

        class ModelNew(nn.Module):
            def forward(self, x):
                return F.avg_pool2d(F.avg_pool2d(x, (1, 3), 1, (0, 1)), (3, 1), 1, (1, 0))
        """, idea: "one axis after the other")
      var policy = Harness.policy()
      policy.seed = 7
      let result = try await Harness.judge(Harness.reference(Self.pooling), [candidate], policy: policy)[0]
      #expect(Harness.isRight(result), Harness.text(candidate.idea, result))
    }

    static let softmax = """
      import torch
      import torch.nn as nn

      class Model(nn.Module):
          def forward(self, x):
              return torch.softmax(x, dim=-1)

      def get_inputs():
          return [torch.randn(512, 1200)]
      """

    /// A softmax written out, with gradients multiplied by `factor`.
    private func writtenOut(_ idea: String, factor: Double) -> CandidateSource {
      Harness.candidate(
        """
        import torch
        import torch.nn as nn

        class ModelNew(nn.Module):
            def forward(self, x):
                e = torch.exp(x - x.amax(-1, keepdim=True))
                y = e / e.sum(-1, keepdim=True)
                return y.detach() + \(factor) * (y - y.detach())
        """, idea: idea)
    }

    /// The gradient of the maximum is the sum of a whole row's rounding errors, where that of a softmax may be next to
    /// nothing.
    @Test("a right op with gradients that are inexact beside their own size only is forward only; wrong ones are wrong")
    func inexact() async throws {
      let honest = writtenOut("the maximum differentiated too", factor: 1)
      let wrong = writtenOut("gradients a hundredth of a percent too large", factor: 1.0001)
      let results = try await Harness.judge(Harness.reference(Self.softmax), [honest, wrong])
      #expect(Harness.isRight(results[0]), Harness.text(honest.idea, results[0]))
      #expect(results[0].labels.contains(.forwardOnly))
      let gate = results[0].gates.first { $0.name == "gradients" }
      #expect(gate?.detail.contains("less exact than the op's own") == true)
      #expect(
        results[1].verdict == .wrong && results[1].gates.last?.name == "gradients", Harness.text(wrong.idea, results[1])
      )
    }
  }
}
