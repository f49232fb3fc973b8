import Foundation
import Testing

@testable import Synthesis

/// Kernels count in 64 bits.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct LargeTests {
  /// Two tensors of 2 GiB, and what PyTorch needs to do the same.
  private static let memory: UInt64 = 14 << 30

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.physicalMemory >= memory,
      "tensors of 2³¹ elements need a machine with 14 GiB of memory")
  )
  func moreElementsThan32BitsCount() async throws {
    let scratch = try CandidateTests.Scratch()
    let original = try TestPython.text("large_models.py")
    let graphs = try await CandidateTests.Captures.capture("large_models.py")
    #expect(graphs.count == 2)
    for (name, graph) in graphs {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: false, vectorBits: 512, threads: 2,
        cacheBytes: [32 << 10, 1 << 20, 32 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      let streaming = proposals.first { $0.block.definition.contains("fence();") }
      #expect(!proposals.isEmpty, "\(name): \(Synthesizer.findings(for: request))")
      for (number, proposal) in [proposals.first, streaming].compactMap({ $0 }).enumerated() {
        try scratch.write(proposal.block, as: "\(name).\(number).py", original: original)
      }
    }
    let result = try await TestPython.run("check_large.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
