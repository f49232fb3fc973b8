import Foundation
import Testing

@testable import HardwareRunner

extension VerificationTests {
  @Suite("Admission of the op")
  struct AdmissionTests {
    /// A function `f` with these lines as its body, and a candidate that does this.
    func judge(
      _ body: String, inputs: String, candidate: [String], policy: VerificationPolicy = Harness.policy()
    ) async throws -> [Verification] {
      let op = """
        import torch

        def f(x):
        \(Harness.indented(body, by: 4))

        def get_inputs():
            return [\(inputs)]
        """
      let candidates = candidate.map { forward in
        Harness.candidate(
          """
          import torch
          import torch.nn as nn

          class ModelNew(nn.Module):
              def forward(self, x):
          \(Harness.indented(forward, by: 8))
          """)
      }
      return try await Harness.judge(Harness.reference(op, name: "f", kind: .function), candidates, policy: policy)
    }

    @Test("an op whose output is constant is degenerate: doing nothing is right, and means nothing")
    func constant() async throws {
      let result = try await judge(
        "return torch.softmax(x, -1).sum(-1)", inputs: "torch.randn(8, 50)",
        candidate: ["return x.new_ones(x.shape[:-1])"])
      #expect(result[0].labels.contains(.degenerateOp), Harness.text("constant", result[0]))
      #expect(result[0].verdict == .inconclusive || result[0].verdict == .wrong)
      #expect(result[0].gates.first { $0.name == "admission" }?.passed == false)
      #expect(result[0].speedup == nil)
    }

    @Test("a random op can't be judged, and that is said")
    func random() async throws {
      let result = try await judge(
        "return torch.nn.functional.dropout(x)", inputs: "torch.randn(8, 50)",
        candidate: ["return torch.nn.functional.dropout(x)"])
      let admission = result[0].gates.first { $0.name == "admission" }
      #expect(admission?.passed == false && admission?.detail.contains("random") == true)
      #expect(result[0].verdict == .inconclusive && result[0].summary.contains("random"))
    }

    @Test("integer outputs must be equal where there is no tie, and may fall either way where rounding decides")
    func integers() async throws {
      let result = try await judge(
        "return (x / 3).argmax(-1)", inputs: "torch.randn(8, 50)",
        candidate: ["return torch.max(x / 3, -1).indices", "return 49 - (x / 3).flip(-1).argmin(-1)"])
      #expect(Harness.isRight(result[0]), Harness.text("argmax", result[0]))
      #expect(result[1].verdict == .wrong, Harness.text("argmin", result[1]))
    }

    @Test("stopping the job's processes ends a verification that is under way, as stopped and as nothing else")
    func stopping() async throws {
      let environment = try await Harness.environment()
      let session = try await VerificationSession(
        reference: Harness.reference(Harness.softmax), environment: environment, device: Harness.device,
        policy: Harness.policy()
      ) { step in
        // The candidate is being called, and never comes back.
        if step.gate == "oracle" { environment.registry.killAll() }
      }
      await #expect(throws: VerificationProblem.stopped) {
        _ = try await session.verify(Harness.softmaxCandidate("hangs", "while True:\n    pass"))
      }
      await #expect(throws: VerificationProblem.stopped) {
        _ = try await session.verify(Harness.softmaxCandidate("right", "return torch.softmax(x * self.scale, dim=-1)"))
      }
      await session.close()
      #expect(environment.registry.count == 0)
    }

    @Test("an op that raises on its own inputs is the person's to mend: an error with one sentence, no verdict")
    func raises() async throws {
      await #expect(throws: VerificationProblem.self) {
        _ = try await judge("return x @ x", inputs: "torch.randn(8, 50)", candidate: ["return x"])
      }
    }

    @Test("candidates that don't load are wrong: no ModelNew, a syntax error, other weights")
    func loading() async throws {
      let model = Harness.reference(Harness.softmax)
      let results = try await Harness.judge(
        model,
        [
          Harness.candidate("import torch\n"), Harness.candidate("class ModelNew(:\n"),
          Harness.candidate(
            """
            import torch.nn as nn
            class ModelNew(nn.Module):
                def __init__(self, width):
                    super().__init__()
                def forward(self, x):
                    return x.softmax(-1)
            """),
        ])
      #expect(results.allSatisfy { $0.verdict == .wrong })
      #expect(results[0].gates.last?.name == "screen")
      #expect(results[1].gates.last?.name == "load" && results[2].gates.last?.name == "load")
      #expect(results[2].summary.contains("scale"))
    }
  }
}
