import Foundation
import Testing

@testable import Synthesis

/// What the algebraic rules make of real captures, run beside the original.
@Suite(.enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct AlgebraCandidateTests {
  private static func capture(_ models: URL, to folder: URL) async throws -> [String: TensorGraph] {
    let module = TestPython.project.appendingPathComponent("Sources/HardwareRunner/Worker/capture.py").path
    let result = try await TestPython.run("capture_all.py", [module, models.path, folder.path], cache: folder)
    #expect(result.status == 0, "\(result.output)")
    var graphs: [String: TensorGraph] = [:]
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    where file.pathExtension == "json" {
      graphs[file.deletingPathExtension().lastPathComponent] = try TensorGraph(json: Data(contentsOf: file))
    }
    return graphs
  }

  @Test func rewrittenOpsGiveTheOriginalsValues() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "kernelwright-algebra-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let models = TestPython.folder.appendingPathComponent("Python/algebra_models.py")
    let text = try String(contentsOf: models, encoding: .utf8)
    var applied: [String: Int] = [:]
    for (name, graph) in try await Self.capture(models, to: folder) {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: false, vectorBits: 512, threads: 2,
        cacheBytes: [32 << 10, 1 << 20, 32 << 20])
      let plan = SynthesisPlan(request)
      let proposals = plan.algebraicProposals(ranksByCost: false) + plan.attentionProposals()
      var seen = Set<String>()
      for proposal in proposals where seen.insert(proposal.rule).inserted {
        try proposal.block.candidateFile(original: text, provenance: [])
          .write(to: folder.appendingPathComponent("\(name).\(seen.count).py"), atomically: true, encoding: .utf8)
        for rule in proposal.rule.split(separator: "+") { applied[String(rule), default: 0] += 1 }
      }
    }
    // Numbers of classes are not drawn here: LookupTests has products with one-hot vectors.
    for rule in Rule.algebra + [.attention] where rule.id != Rule.oneHotProduct.id {
      #expect(applied[rule.id, default: 0] > 0, "\(rule.id) was never applied")
    }
    let result = try await TestPython.run("check_algebra.py", [folder.path], cache: folder)
    #expect(result.status == 0, "\(result.output)")
  }
}
