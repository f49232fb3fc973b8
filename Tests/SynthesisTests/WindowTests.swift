import Testing

@testable import Synthesis

/// Pooling, depthwise convolution and running totals become primitives with the same numbers, whatever their shape.
@Suite struct WindowTests {
  private static func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }

  /// A pooling of random extents, the number of its spatial dimensions, and what follows it.
  static func pooling(seed: Int, prefix: String = "") -> GraphMaker {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed, prefix: prefix)
    let isMaximum = random.chance(0.5)
    let spatial = random.int(isMaximum ? 1...3 : 2...3)
    let size = (0..<spatial).map { _ in random.int(1...4) }
    let steps = size.map { _ in random.int(1...4) }
    let padding = size.map { random.int(0...$0 / 2) }
    let dilation = size.map { _ in isMaximum ? random.int(1...2) : 1 }
    let extents = zip(size, dilation).map { ($0 - 1) * $1 + random.int(1...4) }
    let isRoundedUp = random.chance(0.4)
    let outputs = (0..<spatial).map { d in
      let room = extents[d] + 2 * padding[d] - (size[d] - 1) * dilation[d] - 1
      var count = (room + (isRoundedUp ? steps[d] - 1 : 0)) / steps[d] + 1
      if (count - 1) * steps[d] >= extents[d] + padding[d] { count -= 1 }
      return count
    }
    let leading = random.chance(0.3) ? [2] : [2, 3]
    let x = maker.input(leading + extents)
    var others = [list(size), list(steps), list(padding)]
    if isMaximum {
      others += [list(dilation), .truth(isRoundedUp)]
    } else {
      others += [.truth(isRoundedUp), .truth(random.chance(0.5)), random.chance(0.3) ? .integer(3) : .none]
    }
    let y = maker.call("\(isMaximum ? "max" : "avg")_pool\(spatial)d.default", [x], others, shape: leading + outputs)
    maker.returns(maker.call("tanh.default", [y]))
    return maker
  }

  @Test(arguments: 0..<60) func poolingKeepsTheNumbers(_ seed: Int) throws {
    let maker = Self.pooling(seed: seed)
    let lowered = maker.graph.lowered()
    // A dilated window may see nothing but padding; such a pooling stays with PyTorch.
    let wanted = try maker.run(maker.graph)
    #expect(!lowered.hasCalls || wanted[0].values.contains(-1))
    #expect(relativeDifference(wanted, try maker.run(lowered)) < 1e-12)
    let renamed = Self.pooling(seed: seed, prefix: "cumsum_").graph.lowered()
    #expect(lowered.nodes.map(\.operation).dropFirst() == renamed.nodes.map(\.operation).dropFirst())
  }

  @Test(arguments: 0..<20) func everyProposalSaysWhatItDoesAndWhy(_ seed: Int) {
    let graph = Self.pooling(seed: seed).graph
    let request = SynthesisRequest(
      graph: graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
    for proposal in Synthesizer.agents.flatMap({ Synthesizer.proposals(for: request, agent: $0) }) {
      #expect(!proposal.rule.isEmpty && !proposal.reason.isEmpty && !proposal.idea.isEmpty)
    }
    // Also where nothing but the pooling is there to be made faster.
    var alone = graph
    alone.outputs = [.value(graph.nodes.count - 2)]
    let kernels = SynthesisPlan(
      SynthesisRequest(
        graph: alone, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20]))
    #expect(kernels.lowered.hasCalls || kernels.fusion().allSatisfy { $0.rule == "windows" && !$0.reason.isEmpty })
    #expect(kernels.lowered.hasCalls || !kernels.fusion().isEmpty)
  }

  @Test(arguments: 0..<60) func scansKeepTheNumbersAndTakeTheirSurroundingsAlong(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    var shape = (0..<random.int(1...4)).map { _ in random.int(1...5) }
    let dimension = random.int(0...shape.count - 1)
    shape[dimension] = random.int(2...6)
    if dimension < shape.count - 1, random.chance(0.7) { shape[shape.count - 1] = random.int(8...11) }
    let kind = random.pick(["cumsum", "cumprod", "cummax", "cummin"])
    let (x, m) = (maker.input(shape), maker.input(shape.indices.map { $0 == dimension ? 1 : shape[$0] }))
    let isReversed = random.chance(0.4)
    var value = maker.call("mul.Tensor", [x, m], shape: shape)
    func flip(_ id: Int) -> Int { maker.call("flip.default", [id], [Self.list([dimension])], shape: shape) }
    if isReversed { value = flip(value) }
    value = maker.call("\(kind).default", [value], [.integer(random.chance(0.5) ? dimension : dimension - shape.count)])
    if kind == "cummax" || kind == "cummin" { value = maker.add(.element(0), [value], TensorType(.float32, shape)) }
    if isReversed { value = flip(value) }
    maker.returns(maker.call("add.Tensor", [value, x]))
    let lowered = maker.graph.lowered()
    #expect(!lowered.hasCalls)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    let columns = shape[(dimension + 1)...].reduce(1, *)
    let groups = FusionPartition(lowered).groups
    if columns == 1 || columns >= 8 {
      let group = try #require(groups.first)
      #expect(groups.count == 1)
      #expect(group.dimensions[try #require(group.scanDimension)] == shape[dimension])
      #expect(group.dimensions.reduce(1, *) == shape.reduce(1, *))
    } else {
      #expect(groups.allSatisfy { $0.scanDimension == nil })
    }
  }

  @Test func scansThatRunDifferentWaysAreDifferentKernels() {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([8, 9])
    let a = maker.call("cumsum.default", [x], [.integer(0)])
    maker.returns(maker.call("cumsum.default", [a], [.integer(1)]))
    #expect(FusionPartition(maker.graph.lowered()).groups.count == 2)
  }

  @Test(arguments: [false, true]) func maximaWithTheirPlacesStayOneCall(_ usesPlaces: Bool) {
    var maker = GraphMaker(seed: 0)
    let call = maker.call("cummax.default", [maker.input([8, 9])], [.integer(1)])
    let values = maker.add(.element(0), [call], TensorType(.float32, [8, 9]))
    let places = maker.add(.element(1), [call], TensorType(.int64, [8, 9]))
    if usesPlaces { maker.returns(values, places) } else { maker.returns(values) }
    let lowered = maker.graph.pruned().lowered()
    #expect(lowered.hasCalls == usesPlaces)
    #expect(FusionPartition(lowered).groups.isEmpty == usesPlaces)
  }

  @Test(arguments: 0..<40) func depthwiseKeepsTheNumbers(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    let spatial = random.int(1...2)
    let (channels, multiplier) = (random.int(2...3), random.int(1...2))
    let size = (0..<spatial).map { _ in random.int(1...3) }
    let steps = size.map { _ in random.int(1...3) }
    let padding = size.map { _ in random.int(0...2) }
    let dilation = size.map { _ in random.int(1...2) }
    let extents = size.map { _ in random.int(5...7) }
    let leading = random.chance(0.3) ? [] : [2]
    let hasBias = random.chance(0.5)
    let x = maker.input(leading + [channels] + extents)
    let w = maker.parameter("w", [channels * multiplier, 1] + size)
    let operands = [x, w] + (hasBias ? [maker.parameter("b", [channels * multiplier])] : [])
    let outputs = (0..<spatial).map { (d: Int) -> Int in
      let reach = (size[d] - 1) * dilation[d] + 1
      return (extents[d] + 2 * padding[d] - reach) / steps[d] + 1
    }
    let call = Call(
      "aten.conv\(spatial)d.default",
      [
        .operand(0), .operand(1), hasBias ? .operand(2) : .none, Self.list(steps), Self.list(padding),
        Self.list(dilation), .integer(channels),
      ])
    maker.returns(
      maker.add(.call(call), operands, TensorType(.float32, leading + [channels * multiplier] + outputs), "aten.conv"))
    let direct = try #require(Rule.depthwiseDirectly.applied(to: maker.graph.lowered()))
    #expect(!direct.hasCalls)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(direct)) < 1e-12)
  }

  @Test func aConvolutionThatMixesChannelsStaysWithTheLibrary() {
    var maker = GraphMaker(seed: 0)
    let (x, w) = (maker.input([1, 4, 8]), maker.parameter("w", [4, 2, 3]))
    let call = Call(
      "aten.conv1d.default",
      [.operand(0), .operand(1), .none, Self.list([1]), Self.list([0]), Self.list([1]), .integer(2)])
    maker.returns(maker.add(.call(call), [x, w], TensorType(.float32, [1, 4, 6]), "aten.conv"))
    #expect(Rule.depthwiseDirectly.applied(to: maker.graph.lowered()) == nil)
  }
}
