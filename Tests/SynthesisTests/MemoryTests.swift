import Foundation
import Testing

@testable import Synthesis

/// Results that go past the caches, wherever rows begin, and reads asked for ahead.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct MemoryTests {
  @Test func randomOpsThatNoCacheHoldsGiveTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let original = try TestPython.text("memory_models.py")
    var streamed = 0
    var aligned = 0
    var backwards = 0
    var asked = 0
    for (name, graph) in try await CandidateTests.Captures.capture("memory_models.py") {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: (name.utf8.last ?? 0) % 3 == 0 ? 256 : 512,
        threads: 2, cacheBytes: [256, 1 << 10, 4 << 10])
      let proposal = try #require(Synthesizer.proposals(for: request, agent: "fusion").first, "\(name)")
      let kernels = proposal.block.definition.components(separatedBy: "extern \"C\"").dropFirst().joined()
      #expect(proposal.schedule?.streams == kernels.contains(" stream("), "\(name)")
      if kernels.contains(" stream(") { streamed += 1 }
      if kernels.contains(" aligned_sweep<") { aligned += 1 }
      if kernels.contains(" aligned_backwards(") { backwards += 1 }
      if kernels.contains(" prefetch(") { asked += 1 }
      try scratch.write(proposal.block, as: "\(name).0.py", original: original)
    }
    #expect(
      streamed > 5 && aligned > 2 && backwards > 0 && asked > 1, "\(streamed) \(aligned) \(backwards) \(asked)")
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func dimensionsThatFollowEachOtherHaveOneStride() {
    #expect(Shape.commonStride([2, 3, 4], [12, 4, 1]) == 1)
    #expect(Shape.commonStride([2, 3], [30, 10]) == 10)
    #expect(Shape.commonStride([2, 1, 3], [30, 7, 10]) == 10)
    #expect(Shape.commonStride([2, 3], [31, 10]) == nil)
    #expect(Shape.commonStride([2, 3], [0, 10]) == nil)
    #expect(Shape.commonStride([], []) == 0)
  }
}
