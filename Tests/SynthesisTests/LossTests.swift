import Foundation
import Testing

@testable import Synthesis

/// Losses drawn at random: no shape, dimension or way to add up is special.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct LossTests {
  @Test func randomLossesGiveTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let text = try TestPython.text("loss_models.py")
    var left: [String] = []
    let graphs = try await CandidateTests.Captures.capture("loss_models.py")
    for (name, graph) in graphs {
      let bits = (name.utf8.last ?? 0) % 4 == 0 ? 256 : 512
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      if proposals.isEmpty { left.append(name) }
      try scratch.writeEnds(of: proposals, as: name, original: text)
    }
    // Where classes come with positions after them, the library fetches them faster than a kernel could.
    #expect(left.count * 8 < graphs.count, "\(left.sorted())")
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
