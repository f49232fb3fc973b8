import HardwareRunner
import Synthesis
import Testing

@testable import Engine

/// What has nothing to gain is not tried, and a person hears why.
@Suite("Ideas with headroom") struct RuleIdeasTests {
  private static let device: DeviceFacts = {
    var device = DeviceFacts.ofThisMachine()
    device.cacheBytes = [32 << 10, 1 << 20, 32 << 20]
    device.bandwidth = [
      .init(level: .l3, bytes: 32 << 20, gbPerSecond: 500), .init(level: .dram, bytes: 1 << 34, gbPerSecond: 50),
    ]
    device.peakGflops = ["f32": 200]
    return device
  }()

  private static func request(_ target: String, _ inputs: [[Int]], _ shape: [Int], _ more: [CallArgument] = [])
    -> SynthesisRequest
  {
    var nodes = inputs.enumerated().map { index, shape in
      TensorGraph.Node(
        .input(index), [], TensorType(.float32, shape), origin: .init(name: "x\(index)", target: "input"))
    }
    let call = Call("aten." + target, inputs.indices.map { .operand($0) } + more)
    nodes.append(
      .init(
        .call(call), Array(inputs.indices), TensorType(.float32, shape), origin: .init(name: "y", target: call.target)))
    let arguments = inputs.enumerated().map { TensorGraph.Argument.tensor(name: "x\($0)", TensorType(.float32, $1)) }
    let graph = TensorGraph(nodes: nodes, outputs: [.value(nodes.count - 1)], arguments: arguments)
    return SynthesisRequest(
      graph: graph, opName: "Model", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: device.cacheBytes)
  }

  private static func ideas(_ request: SynthesisRequest, ms: Double) async -> RuleIdeas {
    await RuleIdeas(for: request, headroom: Headroom(measuredMs: ms, on: device))
  }

  /// 131 MB in and 131 MB out: 5.24 ms at 50 GB/s.
  private static let softmax = request("softmax.int", [[32_768, 1000]], [32_768, 1000], [.integer(-1)])
  /// 17.2 GFLOP: 86 ms at 200 GFLOP/s.
  private static let product = request("mm.default", [[2048, 2048], [2048, 2048]], [2048, 2048])

  @Test func anOpAtTheRoofIsNotWorkedOn() async throws {
    let ideas = await Self.ideas(Self.softmax, ms: 5.6)
    #expect(Synthesizer.agents.allSatisfy { ideas.of($0).isEmpty })
    let reason = try #require(ideas.reasonToStop)
    #expect(reason.hasPrefix("Model is at 94 % of the roof as it is (262.1 MB at 50.0 GB/s (DRAM))"), "\(reason)")
  }

  @Test func anOpBelowTheRoofIs() async {
    let ideas = await Self.ideas(Self.softmax, ms: 20)
    #expect(ideas.reasonToStop == nil)
    #expect(ideas.of("fusion").count == Synthesizer.proposals(for: Self.softmax, agent: "fusion").count)
    #expect(!ideas.of("fusion").isEmpty)
  }

  @Test func aProductAtThePeakIsNotWorthTryingEither() async throws {
    let reason = try #require(await Self.ideas(Self.product, ms: 95).reasonToStop)
    #expect(reason.contains("90 % of the roof") && reason.contains("17.18 GFLOP at 200 GFLOP/s"), "\(reason)")
    #expect(await Self.ideas(Self.product, ms: 200).reasonToStop == nil)
  }
}
