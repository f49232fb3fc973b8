import Testing

@testable import Synthesis

/// What is tried first, and how much of it: a search may not have time for everything.
@Suite struct IdeaOrderTests {
  private func proposals(_ graph: TensorGraph) -> [Proposal] {
    let request = SynthesisRequest(
      graph: graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2,
      cacheBytes: [32 << 10, 1 << 20, 32 << 20])
    return Synthesizer.proposals(for: request, agent: "fusion")
  }

  /// `tanh(x wᵀ) · 2` of so many rows.
  private func layer(rows: Int, inner: Int) -> TensorGraph {
    var maker = GraphMaker(seed: 1)
    let (x, weight) = (maker.input([rows, inner]), maker.parameter("weight", [512, inner]))
    let product = maker.call("linear.default", [x, weight], shape: [rows, 512])
    let activated = maker.call("tanh.default", [product])
    maker.returns(maker.call("mul.Tensor", [activated], [.number(2)], shape: [rows, 512]))
    return maker.graph
  }

  @Test func everyWayComesBeforeAnyOtherSchedule() throws {
    let found = proposals(layer(rows: 4096, inner: 2))
    try #require(found.count > 3)
    var mixed = Array(found.prefix(4))
    for (index, rule) in ["a", "a", "b", "a"].enumerated() { mixed[index].rule = rule }
    let order = mixed.everyWayFirst()
    #expect(order.map(\.rule) == ["a", "b", "a", "a"])
    #expect(order.map(\.idea) == [0, 2, 1, 3].map { mixed[$0].idea })
  }

  @Test func schedulesAreFewWhereProductsTakeTheTime() {
    #expect(proposals(layer(rows: 4096, inner: 512)).count == 2)
    #expect(proposals(layer(rows: 4096, inner: 2)).count > 3)
  }
}
