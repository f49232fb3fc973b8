import Foundation
import Testing

@testable import Synthesis

/// Ops that no rule covers whole: the part that can be improved is, the rest stays as it was, and a person hears which and
/// why.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct AwkwardTests {
  private static func request(_ name: String, _ graph: TensorGraph) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: name, isFunction: false, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
  }

  /// Captured once.
  private static let capture = Task { try await CandidateTests.Captures.everything("awkward_models.py") }

  private static func captured() async throws -> CandidateTests.Captures.Everything { try await capture.value }

  /// The worker's function, as the engine hands it over.
  private static func signature() throws -> String {
    let file = TestPython.project.appendingPathComponent("Sources/HardwareRunner/Worker/signature.py")
    let text = try String(contentsOf: file, encoding: .utf8)
    return String(text[try #require(text.firstRange(of: "def signature(")).lowerBound...])
  }

  /// What is left, and a part of the reason.
  private static let left = [
    "NamesOfPyTorchs": "kernelwright_awkward.add.default is left to PyTorch: it is none of PyTorch's operators",
    "OneOfAList": "it is none of PyTorch's operators", "SideEffect": "it is none of PyTorch's operators",
    "ShapeOfContents": "aten.index.Tensor is left to PyTorch: the shape of its result depends on what its tensors hold",
    "Places": "the shape of its result depends on what its tensors hold",
    "SparseInside": "aten._sparse_mm.default is left to PyTorch", "ComplexInside": "real numbers, not complex64",
    "Random": "aten.rand_like.default is left to PyTorch",
  ]
  /// What keeps all of an op.
  private static let leftWhole = [
    "InPlace": "it changes x in place", "Asserts": "it asserts something of what its tensors hold in line",
    "Hooked": "a hook is registered on act", "Nested": "inputs nested in lists",
  ]

  @Test func thePartThatCanBeImprovedIsAndTheRestIsTold() async throws {
    let graphs = try await Self.captured().graphs
    #expect(Set(graphs.keys) == Set(Self.left.keys).union(Self.leftWhole.keys).union(["Views"]))
    let original = try TestPython.text("awkward_models.py")
    let scratch = try CandidateTests.Scratch()
    for (name, graph) in graphs {
      let request = Self.request(name, graph)
      let reasons = Synthesizer.findings(for: request).map(\.reason)
      if let reason = Self.left[name] ?? Self.leftWhole[name] {
        #expect(reasons.contains { $0.contains(reason) }, "\(name): \(reasons)")
      } else {
        #expect(reasons.isEmpty, "\(name): \(reasons)")
      }
      let proposals = Synthesizer.agents.dropLast().flatMap { Synthesizer.proposals(for: request, agent: $0) }
      #expect(proposals.isEmpty == (Self.leftWhole[name] != nil), "\(name)")
      for (number, proposal) in proposals.prefix(2).enumerated() {
        try scratch.write(proposal.block, as: "\(name).\(number).py", original: original)
      }
    }
    let result = try await TestPython.run("check_awkward.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func whatDecidesByItsTensorsIsWorkedOnInParts() async throws {
    let parts = try await Self.captured().parts
    #expect(parts.keys.sorted() == ["Branches", "Loops"])
    let original = try TestPython.text("awkward_models.py")
    let scratch = try CandidateTests.Scratch()
    for (name, segments) in parts {
      #expect(segments.count > 1, "\(name)")
      let request = SegmentedRequest(
        segments: segments, whole: Self.request(name, TensorGraph()), signature: try Self.signature())
      #expect(Synthesizer.findings(for: request).isEmpty)
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      #expect(proposals.count > 1 && proposals.allSatisfy { $0.idea.contains("parts between decisions on data") })
      for (number, proposal) in proposals.prefix(2).enumerated() {
        try scratch.write(proposal.block, as: "\(name).\(number).py", original: original)
      }
    }
    let result = try await TestPython.run("check_parts.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func whatCannotBeCapturedSaysWhereAndWhy() async throws {
    let reasons = try await Self.captured().problems
    #expect(reasons.keys.sorted() == ["Branches", "Loops"])
    let source = try TestPython.text("awkward_models.py")
    let lines = source.components(separatedBy: "\n")
    for (name, statement) in [("Branches", "if y.sum() > 0:"), ("Loops", "while x.abs().max() > 1:")] {
      let line = try #require(lines.firstIndex { $0.contains(statement) }) + 1
      let reason = try #require(reasons[name])
      #expect(reason.contains("in line \(line): what it does depends on what its tensors hold"), "\(reason)")
    }
  }
}
