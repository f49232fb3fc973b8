import Foundation
import Testing

@testable import Synthesis

/// Real captures, real candidates: PyTorch traces the ops of `Python/models.py`, the system's compiler builds what is
/// generated from them, and both are run side by side.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct CandidateTests {
  /// Graphs of all models, captured once for the suite.
  private static let captures = Captures()

  actor Captures {
    private var task: Task<[String: TensorGraph], any Error>?

    func graphs() async throws -> [String: TensorGraph] {
      let task = self.task ?? Task { try await Self.capture() }
      self.task = task
      return try await task.value
    }

    static func capture(_ file: String = "models.py") async throws -> [String: TensorGraph] {
      try await everything(file).graphs
    }

    /// What is had of a file's ops: those that its `UNCAPTURED` names can't be had whole.
    struct Everything: Sendable {
      var graphs: [String: TensorGraph]
      /// Why there is no graph of the whole, and what there is of parts.
      var problems: [String: String]
      var parts: [String: [SegmentedRequest.Segment]]
    }

    static func everything(_ file: String) async throws -> Everything {
      let scratch = try Scratch()
      let module = TestPython.project.appendingPathComponent("Sources/HardwareRunner/Worker/capture.py").path
      let models = TestPython.folder.appendingPathComponent("Python/\(file)").path
      let result = try await TestPython.run("capture_all.py", [module, models, scratch.url.path], cache: scratch.url)
      #expect(result.status == 0, "\(result.output)")
      return Everything(
        graphs: try contents(of: scratch, "json") { try TensorGraph(json: $0) },
        problems: try contents(of: scratch, "txt") { String(decoding: $0, as: UTF8.self) },
        parts: try contents(of: scratch, "parts") { data in
          let parts = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
          return try parts.map { part in
            let graph = try JSONSerialization.data(withJSONObject: part["graph"] ?? [:])
            return .init(signature: part["signature"] as? String ?? "", graph: try TensorGraph(json: graph))
          }
        })
    }

    private static func contents<T>(
      of scratch: Scratch, _ type: String, _ read: (Data) throws -> T
    ) throws -> [String: T] {
      let files = try FileManager.default.contentsOfDirectory(at: scratch.url, includingPropertiesForKeys: nil)
      let named = try files.filter { $0.pathExtension == type }.map {
        ($0.deletingPathExtension().lastPathComponent, try read(Data(contentsOf: $0)))
      }
      return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }
  }

  /// A folder that goes when it is let go of.
  final class Scratch: Sendable {
    let url: URL
    init() throws {
      url = FileManager.default.temporaryDirectory.appendingPathComponent("kernelwright-synthesis-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }

    /// A candidate as a file that the checks find.
    func write(_ block: GeneratedBlock, as name: String, original: String) throws {
      try block.candidateFile(original: original, provenance: [])
        .write(to: url.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    /// The first and the last of several, which differ most.
    func writeEnds(of proposals: [Proposal], as name: String, original: String) throws {
      for (number, proposal) in [proposals.first, proposals.dropFirst().last].compactMap({ $0 }).enumerated() {
        try write(proposal.block, as: "\(name).\(number).py", original: original)
      }
    }
  }

  private static let functions: Set<String> = ["scaled_residual", "long_rows"]

  private static func request(_ name: String, _ graph: TensorGraph, bits: Int = 512) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: name, isFunction: functions.contains(name), vectorBits: bits, threads: 2,
      cacheBytes: [32 << 10, 1 << 20, 32 << 20])
  }

  private static func first(_ name: String, _ graphs: [String: TensorGraph], agent: String) throws -> Proposal {
    let graph = try #require(graphs[name])
    return try #require(Synthesizer.proposals(for: request(name, graph), agent: agent).first)
  }

  private static func original() throws -> String {
    try TestPython.text("models.py")
  }

  @Test func everyCaptureIsLoweredWithoutObstacles() async throws {
    let graphs = try await Self.captures.graphs()
    #expect(graphs.count == 21)
    for (name, graph) in graphs {
      let lowered = graph.lowered()
      #expect(lowered.obstacles.isEmpty, "\(name)")
      let left = lowered.nodes.compactMap { node -> String? in
        if case .call(let call) = node.operation { call.name } else { nil }
      }
      // Convolutions, products, poolings, the making of masks and what fetches a class are all that may be left.
      let allowed: Set<String> = [
        "conv1d", "conv2d", "linear", "avg_pool1d", "ones", "tril", "eq", "ne", "where", "unsqueeze", "gather",
      ]
      #expect(Set(left).isSubset(of: allowed), "\(name): \(left)")
      #expect(graph.nodes.contains { $0.origin.line != nil }, "\(name) has no source lines")
    }
  }

  /// Writes candidates as DIR/NAME.NUMBER.py: first and last schedule of every brief but the compiler's.
  private static func write(_ graphs: [String: TensorGraph], to folder: URL) throws {
    let original = try original()
    let narrow: Set<String> = ["Everything", "Losses", "Statistics", "Double"]
    for (name, graph) in graphs {
      var number = 0
      for (agent, bits) in [("fusion", 512), ("re-expression", 512), ("fusion", 256), ("fusion", 128)] {
        let proposals = Synthesizer.proposals(for: request(name, graph, bits: bits), agent: agent)
        var chosen = agent == "re-expression" ? proposals : [proposals.first, proposals.last].compactMap { $0 }
        // Every function a kernel may call, and every kind of reduction, in narrow vectors too.
        if bits < 512 { chosen = narrow.contains(name) ? Array(chosen.prefix(1)) : [] }
        for proposal in chosen {
          let text = proposal.block.candidateFile(original: original, provenance: ["Generated for a test."])
          try text.write(
            to: folder.appendingPathComponent("\(name).\(number).py"), atomically: true, encoding: .utf8)
          number += 1
        }
      }
    }
  }

  @Test func candidatesGiveTheOriginalsValues() async throws {
    let scratch = try Scratch()
    try Self.write(try await Self.captures.graphs(), to: scratch.url)
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func randomCompositionsGiveTheOriginalsValues() async throws {
    let scratch = try Scratch()
    let text = try TestPython.text("fuzz_models.py")
    for (name, graph) in try await Captures.capture("fuzz_models.py") {
      // Where caches hold next to nothing, results go past them first.
      let caches = (name.utf8.last ?? 0) % 2 == 0 ? [32 << 10, 1 << 20, 32 << 20] : [256, 1 << 10, 4 << 10]
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: 512, threads: 2, cacheBytes: caches)
      #expect(Synthesizer.findings(for: request).isEmpty, "\(name)")
      let proposal = try #require(Synthesizer.proposals(for: request, agent: "fusion").first)
      try scratch.write(proposal.block, as: "\(name).0.py", original: text)
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func windowsAndScansGiveTheOriginalsValues() async throws {
    let scratch = try Scratch()
    let text = try TestPython.text("window_models.py")
    for (name, graph) in try await Captures.capture("window_models.py") {
      var number = 0
      let narrow = (name.utf8.last ?? 0) % 2 == 0 ? 256 : 128
      for (agent, bits) in [("fusion", 512), ("re-expression", 512), ("re-expression", narrow), ("fusion", narrow)] {
        let request = SynthesisRequest(
          graph: graph, opName: name, isFunction: false, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
        let proposals = Synthesizer.proposals(for: request, agent: agent)
        for proposal in proposals.prefix(1) {
          try scratch.write(proposal.block, as: "\(name).\(number).py", original: text)
          number += 1
        }
      }
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func anyOtherCaseTakesTheOriginal() async throws {
    let scratch = try Scratch()
    let graphs = try await Self.captures.graphs()
    for (name, agent) in [
      ("SoftmaxChain", "fusion"), ("Configured", "fusion"), ("ConvBlock", "re-expression"),
      ("NormGeluResidual", "fusion"),
    ] {
      let proposal = try Self.first(name, graphs, agent: agent)
      try scratch.write(proposal.block, as: "\(name).0.py", original: try Self.original())
    }
    let result = try await TestPython.run("check_guards.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func twoAppliedBlocksWorkInAProcessOfTheirOwn() async throws {
    let scratch = try Scratch()
    let graphs = try await Self.captures.graphs()
    var text = try Self.original()
    for name in ["NormGeluResidual", "scaled_residual"] {
      let proposal = try Self.first(name, graphs, agent: "fusion")
      let applied = proposal.block.appliedText(provenance: ["Verified 2× on a test."])
      #expect(applied.hasPrefix("# kernelwright: begin generated \(name)\n"))
      #expect(applied.hasSuffix("# kernelwright: end generated \(name)\n"))
      #expect(applied.contains("# Verified 2× on a test."))
      text += "\n\n" + applied
    }
    let file = scratch.url.appendingPathComponent("applied.py")
    try text.write(to: file, atomically: true, encoding: .utf8)
    let result = try await TestPython.run("check_applied.py", [file.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func withoutACompilerTheOriginalIsTakenWithOneWarning() async throws {
    let scratch = try Scratch()
    let proposal = try Self.first("SoftmaxChain", try await Self.captures.graphs(), agent: "fusion")
    let file = scratch.url.appendingPathComponent("candidate.py")
    try proposal.block.candidateFile(original: try Self.original(), provenance: [])
      .write(to: file, atomically: true, encoding: .utf8)
    let result = try await TestPython.run(
      "check_no_compiler.py", [file.path], cache: scratch.url, environment: ["CXX": "/nonexistent/c++"])
    #expect(result.status == 0, "\(result.output)")
  }
}
