import Foundation
import Testing

@testable import Synthesis

/// Memory of large results, used again once nobody holds them.
@Suite struct RoomTests {
  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason))
  func isUsedAgainWhenNobodyHoldsItAndNeverBefore() async throws {
    let scratch = try CandidateTests.Scratch()
    let file = TestPython.folder.appendingPathComponent("Python/room_models.py")
    let graph = try #require(try await CandidateTests.Captures.capture("room_models.py")["large"])
    let request = SynthesisRequest(
      graph: graph, opName: "large", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
    let proposal = try #require(Synthesizer.proposals(for: request, agent: "fusion").first)
    #expect(proposal.block.definition.contains("room(0, (3, 3000000)"))
    let candidate = scratch.url.appendingPathComponent("large.0.py")
    try proposal.block.candidateFile(original: String(contentsOf: file, encoding: .utf8), provenance: [])
      .write(to: candidate, atomically: true, encoding: .utf8)
    for script in ["check_rooms.py", "check_values.py"] {
      let argument = script == "check_rooms.py" ? candidate.path : scratch.url.path
      let result = try await TestPython.run(script, [argument], cache: scratch.url)
      #expect(result.status == 0, "\(script): \(result.output)")
    }
  }

  @Test func smallResultsAreLeftToTheAllocator() {
    var maker = GraphMaker(seed: 5)
    maker.returns(maker.call("tanh.default", [maker.input([1024, 1024])]))
    let request = SynthesisRequest(
      graph: maker.graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
    let text = Synthesizer.proposals(for: request, agent: "fusion").first?.block.definition ?? ""
    #expect(text.contains("empty(1024, 1024, ") && !text.contains("room("))
  }
}
