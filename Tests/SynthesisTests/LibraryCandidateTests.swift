import Foundation
import Testing

@testable import Synthesis

/// The library's fused calls in real candidates, run beside the original: values, Inf and NaN, weights that change.
@Suite(.enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct LibraryCandidateTests {
  /// Writes what the library's rules make of the models of a file; which calls appeared.
  private static func write(
    _ file: String = "library_models.py", to folder: URL, where isWanted: (Proposal) -> Bool = { _ in true }
  ) async throws -> Set<String> {
    let text = try String(contentsOf: TestPython.folder.appendingPathComponent("Python/\(file)"), encoding: .utf8)
    var called = Set<String>()
    for (name, graph) in try await CandidateTests.Captures.capture(file) {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: false, vectorBits: 512, threads: 2,
        cacheBytes: [32 << 10, 1 << 20, 32 << 20])
      var seen = Set<String>()
      for proposal in SynthesisPlan(request).libraryProposals(Trials(request.graph))
      where seen.insert(proposal.rule).inserted {
        guard isWanted(proposal) else { continue }
        try proposal.block.candidateFile(original: text, provenance: [])
          .write(to: folder.appendingPathComponent("\(name).\(seen.count).py"), atomically: true, encoding: .utf8)
        for (target, function) in LibraryCall.optional where proposal.block.definition.contains(" = \(function)(") {
          called.insert(target)
        }
      }
    }
    return called
  }

  @Test func fusedCallsGiveTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let called = try await Self.write(to: scratch.url) { $0.rule.contains("epilogues") }
    #expect(called == Set(LibraryCall.optional.keys))
    let result = try await TestPython.run("check_algebra.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func channelsLastGivesTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    _ = try await Self.write("channels_models.py", to: scratch.url) { $0.rule.contains(Rule.channelsLast.id) }
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).filter { $0.hasSuffix(".py") }
    // Every model, some with packed weights too.
    #expect(Set(files.map { $0.split(separator: ".")[0] }).count == 11)
    #expect(files.count > 14)
    let result = try await TestPython.run("check_algebra.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func withoutTheOperatorsTheOriginalIsTaken() async throws {
    let scratch = try CandidateTests.Scratch()
    // Channels-last alone needs none of them.
    _ = try await Self.write(to: scratch.url) { $0.rule.contains("epilogues") }
    let result = try await TestPython.run("check_no_operators.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }
}
