import Foundation
import Testing

@testable import Synthesis

/// Parts of tensors fetched by number, as embeddings are.
@Suite(.serialized) struct LookupTests {
  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason))
  func randomLookupsGiveTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let original = try TestPython.text("lookup_models.py")
    var (read, ahead, columns, pruned) = (0, 0, 0, 0)
    for (name, graph) in try await CandidateTests.Captures.capture("lookup_models.py") {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: (name.utf8.last ?? 0) % 3 == 0 ? 128 : 512,
        threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let plan = SynthesisPlan(request)
      let found = plan.fusion() + plan.algebraicProposals(ranksByCost: false)
      for (number, proposal) in found.enumerated() where number == 0 || proposal.rule.contains("one-hot") {
        let text = proposal.block.definition
        if text.contains("if not within(") { read += 1 }
        if text.contains("prefetch(l") { ahead += 1 }
        if text.contains("const int64_t* const places") { columns += 1 }
        if proposal.rule.contains("one-hot") { pruned += 1 }
        try scratch.write(proposal.block, as: "\(name).\(number).py", original: original)
      }
    }
    #expect(read > 12 && ahead > 4 && columns > 1 && pruned > 1, "\(read) \(ahead) \(columns) \(pruned)")
    let values = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(values.status == 0, "\(values.output)")
    let guards = try await TestPython.run("check_lookups.py", [scratch.url.path], cache: scratch.url)
    #expect(guards.status == 0, "\(guards.output)")
  }

  @Test func anAccessIsToldByWhereItLiesAmongWhatIsFetched() throws {
    // Five parts of [3] from a table [2, 7, 3], put together as [2, 5, 3].
    let lookup = Lookup(table: 0, index: 1, indexOffset: 4, outer: 2, count: 5, extent: 7, inner: 3)
    func access(_ offset: Int, _ strides: [Int], _ dimensions: [Int], fixed: Set<Int> = [2]) -> FusionGroup.Access? {
      .init(lookup, offset: offset, strides: strides, dimensions: dimensions) { fixed.contains($0) }
    }
    let whole = try #require(access(0, [15, 3, 1], [2, 5, 3]))
    #expect(whole.strides == [21, 0, 1] && whole.offset == 0)
    #expect(whole.index == .init(root: 1, offset: 4, strides: [0, 1, 0], step: 3, extent: 7))
    // The last two elements of the second part and those after it.
    let later = try #require(access(4, [15, 3, 1], [2, 4, 2]))
    #expect(later.offset == 1 && later.index?.offset == 5)
    #expect(access(18, [0, 3, 1], [2, 4, 3])?.offset == 21)
    // Over the end of a part, over the last part, along what has to be from one part, backwards.
    #expect(access(2, [15, 3, 1], [2, 5, 2]) == nil)
    #expect(access(3, [15, 3, 1], [2, 5, 3]) == nil)
    #expect(access(0, [15, 1, 3], [2, 3, 5]) == nil)
    #expect(access(0, [15, 3, -1], [2, 5, 3]) == nil)
  }

  @Test func whatIsNoArgumentIsLeftToPyTorch() throws {
    var maker = GraphMaker(seed: 0)
    let table = maker.parameter("table", [40, 8])
    let numbers = maker.input([100], dtype: .int64)
    for isComputed in [false, true] {
      var own = maker
      let index =
        isComputed
        ? own.call("remainder.Scalar", [numbers], [.integer(40)], shape: [100], dtype: .int64) : numbers
      let rows = own.call("embedding.default", [table, index], shape: [100, 8])
      own.returns(own.call("mul.Tensor", [rows], [.number(2)], shape: [100, 8]))
      let request = SynthesisRequest(
        graph: own.graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let plan = SynthesisPlan(request)
      let group = try #require(FusionPartition(plan.lowered).groups.first)
      #expect(group.accesses.contains { $0.index != nil } == !isComputed)
      #expect(plan.findings().contains { $0.reason.contains("embedding") } == isComputed)
      // Which parts are fetched, and how often the same ones, nobody knows: no byte of them counts as needed.
      #expect(CostModel.minimumBytes(plan.lowered) <= 100 * 8 + 2 * 100 * 8 * 4)
    }
  }
}
