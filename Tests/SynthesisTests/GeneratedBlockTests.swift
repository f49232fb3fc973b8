import Foundation
import Testing

@testable import Synthesis

/// The text of blocks and the findings for ops that must be left alone.
@Suite struct GeneratedBlockTests {
  static func request(_ maker: GraphMaker, opName: String, isFunction: Bool = false) -> SynthesisRequest {
    SynthesisRequest(
      graph: maker.graph, opName: opName, isFunction: isFunction, vectorBits: 256, threads: 2, cacheBytes: [32768])
  }

  static func chain() -> GraphMaker {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([8, 64])
    maker.returns(maker.call("tanh.default", [maker.call("exp.default", [x])]))
    return maker
  }

  @Test func provenanceAndReasonsAreCommentsAndFutureImportsStayLegal() throws {
    let block = try #require(
      Synthesizer.proposals(for: Self.request(Self.chain(), opName: "Model"), agent: "fusion").first
    ).block
    let original = "from __future__ import annotations\nclass Model: ..."
    let file = block.candidateFile(original: original, provenance: ["First line.", "Second line."])
    #expect(file.hasPrefix("# First line.\n# Second line.\n"))
    #expect(file.components(separatedBy: original)[0].split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    #expect(file.contains("class ModelNew(Model):"))
    #expect(!file.contains("kernelwright: begin generated"))
  }

  @Test func aNestedOpIsIndentedAndNamedAsItsSurroundingsKnowIt() throws {
    let block = try #require(
      Synthesizer.proposals(for: Self.request(Self.chain(), opName: "Outer.Inner"), agent: "fusion").first
    ).block
    let text = block.appliedText(provenance: [], indentation: "    ")
    #expect(text.hasPrefix("    # kernelwright: begin generated Outer.Inner\n"))
    #expect(text.contains("\n    Inner.forward = _kw_accelerate_Outer_Inner(Inner.forward)\n"))
    #expect(text.hasSuffix("    # kernelwright: end generated Outer.Inner\n"))
    #expect(block.candidateFile(original: "", provenance: []).contains("class ModelNew(Outer.Inner):"))
  }

  @Test func blocksOfTwoOpsShareNoName() throws {
    let blocks = try ["f", "g"].map { name in
      try #require(
        Synthesizer.proposals(for: Self.request(Self.chain(), opName: name, isFunction: true), agent: "fusion").first
      ).block
    }
    #expect(blocks[0].wrapper != blocks[1].wrapper)
    for block in blocks {
      let topLevel = block.appliedText(provenance: []).split(separator: "\n").filter { $0.hasPrefix("def ") }
      #expect(topLevel.count == 1)
    }
  }

  @Test func everyScheduleIsOtherCode() {
    let proposals = Synthesizer.proposals(for: Self.request(Self.chain(), opName: "f"), agent: "fusion")
    #expect(proposals.count >= 2)
    #expect(Set(proposals.map(\.block.definition)).count == proposals.count)
    #expect(Set(proposals.map(\.idea)).count == proposals.count)
  }

  @Test func synthesisIsDeterministic() {
    let texts = (0..<3).map { _ in
      Synthesizer.proposals(for: Self.request(RuleTests.convolutionGraph(seed: 4), opName: "f"), agent: "re-expression")
        .map(\.block.definition)
    }
    #expect(texts[0] == texts[1] && texts[1] == texts[2])
  }

  @Test func anOpThatChangesItsInputIsLeftAloneWithTheReason() throws {
    let json = """
      {"format": 1, "torch": "2.13.0", "inputs": [{"name": "x", "kind": "user", "position": 0, "dtype": "float32",
      "device": "cpu", "shape": [4], "stride": [1]}], "nodes": [{"name": "relu", "op": "aten.relu.default",
      "args": [{"node": "x"}], "kwargs": {}, "results": [{"dtype": "float32", "shape": [4], "stride": [1]}]}],
      "outputs": [{"node": "relu"}], "structure": {"leaf": 0},
      "mutations": [{"kind": "user_input_mutation", "target": "x"}], "modules": [], "reasons": []}
      """
    let graph = try TensorGraph(json: Data(json.utf8))
    let request = SynthesisRequest(
      graph: graph, opName: "f", isFunction: true, vectorBits: 256, threads: 2, cacheBytes: [])
    #expect(Synthesizer.findings(for: request).contains { $0.reason.contains("changes x in place") })
    for agent in Synthesizer.agents { #expect(Synthesizer.proposals(for: request, agent: agent).isEmpty) }
  }

  @Test(arguments: ["", "[]", "{}", "{\"format\": 2}", "{\"format\": 1, \"nodes\": [{}]}", "not json"])
  func whatIsNoCaptureIsAnError(_ text: String) {
    #expect(throws: CaptureFormatError.self) { try TensorGraph(json: Data(text.utf8)) }
  }
}
