import Foundation
import Testing

@testable import Synthesis

/// Results that are parts of something larger, written to where they go.
@Suite struct JoinTests {
  static func block(_ graph: TensorGraph, cacheBytes: [Int] = [32 << 10, 1 << 20]) -> String {
    let request = SynthesisRequest(
      graph: graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: cacheBytes)
    return Synthesizer.proposals(for: request, agent: "fusion").first?.block.definition ?? ""
  }

  @Test func partsAreWrittenToWhereTheyGo() {
    var maker = GraphMaker(seed: 3)
    let (x, y, z) = (maker.input([20, 64]), maker.input([20, 96]), maker.input([20, 32]))
    let (a, b) = (maker.call("tanh.default", [x]), maker.call("exp.default", [y]))
    let whole = maker.add(
      .call(Call("aten.cat.default", [.list([.operand(0), .operand(1), .operand(2)]), .integer(-1)])), [a, z, b],
      TensorType(.float32, [20, 192]))
    maker.returns(whole)
    let text = Self.block(maker.graph)
    #expect(!text.contains("torch.cat("))
    #expect(text.contains(".narrow(1, 64, 32).copy_("))
    #expect(text.contains("out0 + row * 192 + 96 + begin"))
  }

  @Test("what somebody else reads too, or what is in another order, is no part of anything", arguments: [0, 1, 2])
  func others(form: Int) {
    var maker = GraphMaker(seed: 4)
    let x = maker.input([20, 64])
    let a = maker.call("tanh.default", [x])
    let first = form == 1 ? maker.call("t.default", [a], shape: [64, 20]) : a
    let operands = form == 2 ? [first, first] : [first, maker.input(maker.shape(first))]
    let whole = maker.add(
      .call(Call("aten.cat.default", [.list([.operand(0), .operand(1)])])), operands,
      TensorType(.float32, [2 * maker.shape(first)[0], maker.shape(first)[1]]))
    maker.graph.outputs = (form == 0 ? [whole, a] : [whole]).map { .value($0) }
    maker.graph.structure = .tuple(maker.graph.outputs.indices.map { .leaf($0) })
    #expect(Self.block(maker.graph).contains("torch.cat("))
  }

  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason), arguments: [512, 128])
  func randomJoinsGiveTheOriginalsValues(bits: Int) async throws {
    let scratch = try CandidateTests.Scratch()
    let file = TestPython.folder.appendingPathComponent("Python/joined_models.py")
    let text = try String(contentsOf: file, encoding: .utf8)
    var placed = 0
    for (name, graph) in try await CandidateTests.Captures.capture("joined_models.py") {
      if bits == 128, !name.hasSuffix("2") { continue }
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      for (number, proposal) in [proposals.first, proposals.dropFirst().last].compactMap({ $0 }).enumerated() {
        if proposal.block.definition.contains(".copy_(") { placed += 1 }
        try scratch.write(proposal.block, as: "\(name).\(number).py", original: text)
      }
    }
    #expect(bits == 128 || placed > 0)
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
