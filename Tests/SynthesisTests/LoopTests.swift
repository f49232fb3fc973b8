import Foundation
import Testing

@testable import Synthesis

/// Loops that the capture has unrolled, as recurrences again.
@Suite(.serialized, .enabled(if: TestPython.hasTorch, TestPython.skipReason)) struct LoopTests {
  private static let captures = Task { try await CandidateTests.Captures.capture("loop_models.py") }

  private static func captured() async throws -> [String: TensorGraph] { try await captures.value }

  private static func hasLoop(_ graph: TensorGraph) -> Bool { !graph.loopLengths.isEmpty }

  @Test func rolledUpTheyGiveTheSame() async throws {
    var (rolled, steps) = (0, 0)
    let graphs = try await Self.captured()
    for (name, graph) in graphs.sorted(by: { $0.key < $1.key }) {
      let lowered = graph.lowered().withoutDeadWork()
      let loops = lowered.rollingLoops()
      if Self.hasLoop(loops) { rolled += 1 }
      steps += loops.nodes.count
      var maker = GraphMaker(seed: name.count)
      var inputs: [Int: DenseTensor] = [:]
      for (position, argument) in graph.arguments.enumerated() {
        if case .tensor(_, let type) = argument { inputs[position] = maker.values(type.shape) }
      }
      let (expected, found) = (
        try Interpreter().run(lowered, arguments: inputs), try Interpreter().run(loops, arguments: inputs)
      )
      #expect(relativeDifference(expected, found) < 1e-12, "\(name)")
    }
    // Some have too few steps or rows, or begin with another computation than they go on with.
    #expect(rolled * 10 > graphs.count * 7, "\(rolled) of \(graphs.count)")
    #expect(steps < graphs.count * 40)
  }

  @Test(arguments: [512, 256, 128]) func theirKernelsGiveTheOriginalsValues(bits: Int) async throws {
    let scratch = try CandidateTests.Scratch()
    let text = try TestPython.text("loop_models.py")
    for (name, graph) in try await Self.captured() {
      if bits != 512, Int(name.dropFirst(4)).map({ $0 % 3 != bits / 128 - 1 }) ?? true { continue }
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      try scratch.writeEnds(of: proposals, as: name, original: text)
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func whatStepsComputeOfOtherTensorsEachIsNoLoop() {
    var maker = GraphMaker(seed: 5)
    let parts = (0..<6).map { _ -> TensorGraph.ValueID in
      let x = maker.input([4, 16])
      return maker.call("tanh.default", [x])
    }
    let operands = CallArgument.list(parts.indices.map { .operand($0) })
    maker.returns(
      maker.add(.call(Call("aten.stack.default", [operands, .integer(0)])), parts, TensorType(.float32, [6, 4, 16])))
    let lowered = maker.graph.lowered()
    #expect(lowered.rollingLoops().nodes == lowered.nodes)
  }

  @Test(arguments: [20, 1000]) func stepsOfVeryManyOperationsAreLeftAsTheyAre(length: Int) {
    var maker = GraphMaker(seed: 7)
    let x = maker.input([8, 16])
    let parts = (0..<8).map { index in
      var value = maker.add(
        .call(Call("aten.select.int", [.operand(0), .integer(0), .integer(index)])), [x], TensorType(.float32, [16]))
      for _ in 0..<length { value = maker.call("tanh.default", [value]) }
      return value
    }
    let operands = CallArgument.list(parts.indices.map { .operand($0) })
    maker.returns(
      maker.add(.call(Call("aten.stack.default", [operands, .integer(0)])), parts, TensorType(.float32, [8, 16])))
    let lowered = maker.graph.lowered()
    let rolled = lowered.rollingLoops()
    #expect(length == 20 ? rolled.nodes.count < 2 * length : rolled.nodes == lowered.nodes)
  }

  @Test func whatIsPutTogetherOfViewsStaysATensorOfItsOwn() {
    var maker = GraphMaker(seed: 6)
    let x = maker.input([8, 16])
    let parts = (0..<8).map { index in
      maker.add(
        .call(Call("aten.select.int", [.operand(0), .integer(0), .integer(index)])), [x], TensorType(.float32, [16]))
    }
    let operands = CallArgument.list(parts.indices.map { .operand($0) })
    maker.returns(
      maker.add(.call(Call("aten.stack.default", [operands, .integer(0)])), parts, TensorType(.float32, [8, 16])))
    let lowered = maker.graph.lowered()
    #expect(lowered.rollingLoops().nodes == lowered.nodes)
  }
}
