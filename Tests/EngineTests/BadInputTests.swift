import Engine
import Foundation
import Testing

/// Each of these gives one clear sentence with the next step, never a crash, never a lost result.
@Suite("Input that can't be worked on", .serialized)
struct BadInputTests {
  private func failure(
    _ source: String, settings: EngineSettings = EngineSettings(), python: Bool = true
  ) async throws -> (String, EngineError.Code)? {
    let workshop = try Workshop(source)
    defer { workshop.close() }
    var request = try workshop.request(source, settings: settings)
    if !python { request.settings.python = settings.python }
    let events = await workshop.events(of: workshop.engine.start(.profile, request))
    guard case .failed(let message, let code) = events.last?.body else { return nil }
    return (message, code)
  }

  @Test(
    "An op without example inputs: the directive to write",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"))
  func noInputs() async throws {
    let found = try await failure("import torch\ndef scale(x, y):\n    return torch.exp(x) * y\n")
    #expect(found?.0.contains("# kernelwright: x=") == true)
    #expect(found?.1 == .op)
  }

  @Test("An interpreter that isn't there")
  func noInterpreter() async throws {
    let found = try await failure(
      ModelAgentTests.reference, settings: EngineSettings(python: "/no/such/python"), python: false)
    #expect(found?.0.contains("/no/such/python") == true)
    #expect(found?.1 == .environment)
  }

  @Test(
    "Inputs on which the op raises: what it raised, and where",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"))
  func raises() async throws {
    let found = try await failure(
      """
      import torch
      # kernelwright: x=f32[4,5] y=f32[4,5]
      def product(x, y):
          return torch.mm(x, y)
      """)
    #expect(found?.0.contains("shapes cannot be multiplied") == true, "\(String(describing: found))")
    #expect(found?.1 == .op)
  }

  @Test(
    "A file that doesn't parse",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"))
  func syntaxError() async throws {
    let found = try await failure(
      "import torch\n# kernelwright: x=f32[4]\ndef f(x):\n    return torch.exp(x\n\nclass Broken(:\n")
    #expect(
      found?.0.contains("SyntaxError") == true || found?.0.contains("never closed") == true,
      "\(String(describing: found))")
  }

  @Test(
    "Sparse and complex inputs: what they are, and what to do",
    .enabled(if: Workshop.python != nil, "needs KERNELWRIGHT_TEST_PYTHON, an interpreter with PyTorch"),
    arguments: [("torch.eye(8).to_sparse()", "are sparse"), ("torch.randn(8, 8) * 1j", "are of type torch.complex64")])
  func otherTensors(_ input: String, _ what: String) async throws {
    let found = try await failure(
      """
      import torch
      from torch import nn

      class Model(nn.Module):
          def forward(self, x):
              return torch.abs(x)

      def get_inputs():
          return [\(input)]
      """)
    let message = try #require(found?.0)
    #expect(message.contains("its example inputs \(what), and such ops are left as they are"), "\(message)")
    #expect(message.contains("into a function of its own") && !message.contains("OpProblem"), "\(message)")
    #expect(found?.1 == .op)
  }
}
