import Foundation
import Testing

@testable import Synthesis

/// PyTorch's own compiler as a candidate: with weights as constants for as long as they are.
@Suite struct CompilerCandidateTests {
  private static func request(_ graph: TensorGraph, _ name: String, isFunction: Bool = false) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: name, isFunction: isFunction, vectorBits: 512, threads: 2,
      cacheBytes: [32 << 10, 1 << 20, 32 << 20])
  }

  private static func rules(_ maker: GraphMaker, isFunction: Bool = false) -> [String] {
    Synthesizer.proposals(for: request(maker.graph, "Op", isFunction: isFunction), agent: "compiler").map(\.rule)
  }

  @Test func weightsAreFrozenWhereThereAreAny() {
    var maker = GraphMaker(seed: 1)
    let x = maker.input([4, 8])
    let y = maker.call("linear.default", [x, maker.parameter("w", [3, 8])], shape: [4, 3])
    maker.returns(y)
    #expect(Self.rules(maker) == ["frozen-compile", "torch-compile"])
    #expect(Self.rules(maker, isFunction: true) == ["torch-compile"])
    // What is returned would be a constant of the code, which a caller may write into.
    maker.returns(y, maker.call("exp.default", [maker.parameter("v", [2])]))
    #expect(Self.rules(maker) == ["torch-compile"])
    // oneDNN's relu inside a layer would hide NaN.
    maker.returns(maker.call("relu.default", [y]))
    #expect(Self.rules(maker) == ["torch-compile"])
    var weightless = GraphMaker(seed: 1)
    weightless.returns(weightless.call("exp.default", [weightless.input([4, 8])]))
    #expect(Self.rules(weightless) == ["torch-compile"])
  }

  @Test func everyTensorOfTheModuleIsWatched() throws {
    var maker = GraphMaker(seed: 1)
    let x = maker.input([4, 8])
    let scaled = maker.call("mul.Tensor", [x, maker.parameter("scale", [8])])
    maker.returns(maker.call("linear.default", [scaled, maker.parameter("w", [3, 8])], shape: [4, 3]))
    let proposals = Synthesizer.proposals(for: Self.request(maker.graph, "Op"), agent: "compiler")
    let text = try #require(proposals.first).block.definition
    #expect(proposals.first?.labels == ["library-call"])
    for path in ["scale", "w"] { #expect(text.contains("(\"\(path)\", \"_parameters\", ")) }
    #expect(!text.contains(", False),\n"))
  }

  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason))
  func changedWeightsAreCompiledAnew() async throws {
    let scratch = try CandidateTests.Scratch()
    let text = try TestPython.text("models.py")
    let graphs = try await CandidateTests.Captures.capture()
    for name in ["ConvBlock", "NormGeluResidual"] {
      let graph = try #require(graphs[name])
      let proposal = try #require(Synthesizer.proposals(for: Self.request(graph, name), agent: "compiler").first)
      #expect(proposal.rule == "frozen-compile")
      try scratch.write(proposal.block, as: "\(name).py", original: text)
    }
    let result = try await TestPython.run("check_frozen.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
