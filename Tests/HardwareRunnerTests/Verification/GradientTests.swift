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
  }
}
