import Foundation
import Testing

@testable import Synthesis

/// Blocks with gradients of their own, beside PyTorch's: values, subsets, kinks, second derivatives, changes in place.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct GradientCandidateTests {
  private static func request(_ name: String, _ graph: TensorGraph, bits: Int = 512) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: name, isFunction: name.first?.isLowercase ?? false, vectorBits: bits, threads: 2,
      cacheBytes: [32 << 10, 1 << 20, 32 << 20])
  }

  @Test func onlyWhatTrainsAlikeIsDifferentiated() async throws {
    let graphs = try await CandidateTests.Captures.capture("training_models.py")
    #expect(graphs.count == 9)
    #expect(Set(graphs.filter(\.value.trainsAlike).keys) == ["Plain", "UnusedDropout"])
    for (name, graph) in graphs { #expect((BackwardPass(graph) != nil) == graph.trainsAlike, "\(name)") }
  }

  @Test func whatSurroundsGradientsWorks() async throws {
    try await Self.check("gradient_models.py", script: "check_training.py", expecting: 35)
  }

  /// Writes candidates of all ops of a file under two schedules, and has a script look at those that have a backward pass,
  /// whether that is faster or not.
  private static func check(_ file: String, script: String, expecting count: Int) async throws {
    let scratch = try CandidateTests.Scratch()
    let text = try String(contentsOf: TestPython.folder.appendingPathComponent("Python/\(file)"), encoding: .utf8)
    let graphs = try await CandidateTests.Captures.capture(file)
    var found = Set<String>()
    for (name, graph) in graphs {
      let lowered = SynthesisPlan(request(name, graph)).lowered
      let schedules = [Schedule(vectorBits: 512), Schedule(vectorBits: 256, unroll: 2, keepsIntermediates: false)]
      for (number, schedule) in schedules.enumerated() {
        let block = BlockWriter.block(
          lowered, FusionPartition(lowered), schedule: schedule, request: request(name, graph),
          backward: BackwardPass(graph), notes: [])
        guard block.definition.contains("class Differentiable") else { continue }
        found.insert(name)
        try scratch.write(block, as: "\(name).\(number).py", original: text)
      }
    }
    #expect(found.count == count, "without: \(Set(graphs.keys).subtracting(found).sorted())")
    let result = try await TestPython.run(script, [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func gradientsAreTheOriginals() async throws {
    try await Self.check("gradient_models.py", script: "check_gradients.py", expecting: 35)
  }

  @Test func gradientsOfRandomCompositionsAreTheOriginals() async throws {
    try await Self.check("fuzz_models.py", script: "check_gradients.py", expecting: 8)
  }
}
