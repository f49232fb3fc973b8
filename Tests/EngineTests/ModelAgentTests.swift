import Engine
import Foundation
import HardwareRunner
import LoopbackProvider
import Testing

/// A language model takes part: the project's own loopback provider plays it, over real HTTP.
@Suite("A language model in the search", .serialized)
struct ModelAgentTests {
  static let reference = """
    import torch
    from torch import nn

    class Model(nn.Module):
        def forward(self, x):
            return torch.tanh(x * 2.0 + 1.0).sum(dim=-1)

    def get_inputs():
        return [torch.randn(256, 1024)]
    """

  static func answer(_ body: String) -> String {
    "One pass over the rows.\n\n```python\nimport torch\nfrom torch import nn\n\n\(body)\n```\n"
  }
  static let good = answer(
    """
    class ModelNew(nn.Module):
        def forward(self, x):
            return torch.add(torch.mul(x, 2.0), 1.0).tanh_().sum(-1)
    """)
  static let wrong = answer(
    """
    class ModelNew(nn.Module):
        def forward(self, x):
            return torch.tanh(x * 2.0 + 1.0)[:, :-1].sum(dim=-1)
    """)
  static let cheating = answer(
    """
    class ModelNew(nn.Module):
        kept = None

        def forward(self, x):
            if ModelNew.kept is None or ModelNew.kept.shape != x.shape[:1]:
                ModelNew.kept = torch.tanh(x * 2.0 + 1.0).sum(dim=-1)
            return ModelNew.kept.clone()
    """)

  /// What a search comes to in which this provider's model takes part; nil, and an issue, when it does not finish.
  private static func optimize(
    with provider: LoopbackProvider, budgetSeconds: Double
  ) async throws -> OptimizationResult? {
    let workshop = try Workshop(reference)
    defer { workshop.close() }
    let settings = EngineSettings(
      budgetSeconds: budgetSeconds, model: "openai/loopback", modelBaseURL: provider.baseURL + "/v1")
    let job = workshop.engine.start(.optimize, try workshop.request(reference, settings: settings))
    let events = await workshop.events(of: job)
    guard case .finished(let result?) = events.last?.body else {
      Issue.record("the job did not finish: \(String(describing: events.last?.body))")
      return nil
    }
    return result
  }

  @Test(
    "A wrong and a cheating answer are refused by name, and a good one is judged right",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"))
  func threeAnswers() async throws {
    let provider = LoopbackProvider()
    try provider.start()
    defer { provider.stop() }
    provider.script([.answer(text: Self.wrong), .answer(text: Self.cheating), .answer(text: Self.good)])
    // The search ends by itself when nobody has another idea; the budget is only for machines that do a lot besides.
    guard let result = try await Self.optimize(with: provider, budgetSeconds: 1800) else { return }
    let ofModel = result.candidates.filter { $0.summary.agent == "model openai/loopback" }
    let verdicts = Dictionary(grouping: ofModel, by: \.verification.verdict).mapValues(\.count)
    #expect(ofModel.count == 3)
    #expect(verdicts[.wrong] == 1, "\(verdicts)")
    #expect(verdicts[.cheating] == 1, "\(verdicts)")
    let refused = ofModel.filter { [.wrong, .cheating].contains($0.verification.verdict) }
    #expect(refused.allSatisfy { !$0.verification.summary.isEmpty && $0.verification.speedup == nil })
    // What the model heard of its first answer, in its second question; and no key went anywhere.
    let second = try #require(provider.requests.dropFirst().first)
    #expect(String(decoding: second.body, as: UTF8.self).contains("wrong"))
    #expect(provider.requests.count == 3)
  }

  @Test(
    "A provider that refuses leaves the rules at work",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"))
  func refusal() async throws {
    let provider = LoopbackProvider()
    try provider.start()
    defer { provider.stop() }
    provider.script([], thenAlways: .http(status: 401))
    guard let result = try await Self.optimize(with: provider, budgetSeconds: 60) else { return }
    #expect(result.findings.contains { $0.hasPrefix("model openai/loopback:") })
    #expect(result.candidates.contains { $0.summary.agent == "fusion" })
  }
}
