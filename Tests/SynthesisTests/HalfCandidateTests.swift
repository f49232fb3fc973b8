import Foundation
import Testing

@testable import Synthesis

/// Half precision, alone and mixed with other types: PyTorch traces the ops of `Python/half_models.py`, the system's
/// compiler builds what is generated from them, and both are run side by side.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct HalfCandidateTests {
  private static func request(_ name: String, _ graph: TensorGraph, bits: Int) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: name, isFunction: name.first?.isLowercase ?? false, vectorBits: bits, threads: 2,
      cacheBytes: [32 << 10, 1 << 16])
  }

  @Test func halfPrecisionGivesTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let text = try TestPython.text("half_models.py")
    for (name, graph) in try await CandidateTests.Captures.capture("half_models.py") {
      let choice = name.utf8.reduce(0) { $0 + Int($1) } % 4
      let narrow = choice == 0 ? [256] : choice == 1 ? [128] : []
      var number = 0
      for bits in [512] + narrow {
        for agent in ["fusion", "re-expression"] {
          let proposals = Synthesizer.proposals(for: Self.request(name, graph, bits: bits), agent: agent)
          // The first schedule, and of large results the one that streams.
          let streaming = proposals.first { $0.block.definition.contains("stream(") && bits == 512 }
          for proposal in [proposals.first, streaming].compactMap({ $0 }) {
            try scratch.write(proposal.block, as: "\(name).\(number).py", original: text)
            number += 1
          }
        }
      }
      #expect(number > 0, "\(name): \(Synthesizer.findings(for: Self.request(name, graph, bits: 512)))")
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
