import SourceIndex
import Testing

@testable import Engine

@Suite("FILE, FILE:LINE and FILE::NAME")
struct OpSelectorTests {
  private let document = IndexedDocument(
    text: SourceText(
      """
      import torch
      from torch import nn

      class Model(nn.Module):
          def forward(self, x):
              return torch.relu(x)

      def other(x):
          return torch.exp(x)
      """))

  @Test(
    "are told apart",
    arguments: [
      ("a.py", OpSelector.Target.automatic), ("a.py:12", .line(12)), ("a.py::Outer.Inner", .name("Outer.Inner")),
      ("C:/a.py", .automatic), ("a.py:0", .automatic),
    ])
  func parsing(argument: String, target: OpSelector.Target) {
    #expect(OpSelector(argument: argument).target == target)
  }

  @Test("find their op")
  func finding() throws {
    #expect(try OpSelector(argument: "a.py").op(in: document).name == "Model")
    #expect(try OpSelector(argument: "a.py:9").op(in: document).name == "other")
    #expect(try OpSelector(argument: "a.py::other").op(in: document).name == "other")
  }

  @Test("say which ops there are when theirs is not")
  func missing() {
    for argument in ["a.py::nothing", "a.py:1"] {
      let error = #expect(throws: EngineError.self) { try OpSelector(argument: argument).op(in: document) }
      #expect(error?.description.contains("a.py::Model, a.py::other") == true)
    }
  }

  @Test("several ops without a Model are a usage error that lists them")
  func ambiguous() {
    let document = IndexedDocument(
      text: SourceText("import torch\ndef f(x):\n    return torch.exp(x)\ndef g(x):\n    return torch.exp(x)\n"))
    let error = #expect(throws: EngineError.self) { try OpSelector(argument: "a.py").op(in: document) }
    #expect(error?.description.contains("a.py::f, a.py::g") == true)
  }
}
