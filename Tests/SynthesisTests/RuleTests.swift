import Testing

@testable import Synthesis

/// Rules fire by what a graph is, not by what it is called, and change nothing about its numbers.
@Suite struct RuleTests {
  /// convolution [+ bias] → batch normalisation → activation → mean, of random extents.
  static func convolutionGraph(seed: Int, prefix: String = "") -> GraphMaker {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed, prefix: prefix)
    let spatial = random.int(1...3)
    let groups = random.int(1...2)
    let (inputs, outputs) = (groups * random.int(1...2), groups * random.int(1...3))
    let extents = (0..<spatial).map { _ in random.int(4...5) }
    let kernel = (0..<spatial).map { _ in random.int(1...3) }
    // Parameters come in another order every time.
    let parameters = ["mean", "weight", "bias", "gamma", "variance", "beta"].shuffled(using: &random)
    var ids: [String: Int] = [:]
    for name in parameters {
      let shape = name == "weight" ? [outputs, inputs / groups] + kernel : [outputs]
      ids[name] = maker.parameter(name, shape, range: name == "variance" ? 0.2...2 : -1...1)
    }
    let x = maker.input([random.int(1...2), inputs] + extents)
    let hasBias = random.chance(0.5)
    let isAffine = random.chance(0.5)
    let stride = random.int(1...2)
    let padding = random.int(0...1)
    let result = [maker.shape(x)[0], outputs] + zip(extents, kernel).map { ($0 + 2 * padding - $1) / stride + 1 }
    let convolution = Call(
      "aten.conv\(spatial)d.default",
      [
        .operand(0), .operand(1), hasBias ? .operand(2) : .none, .list([.integer(stride)]), .list([.integer(padding)]),
        .list([.integer(1)]), .integer(groups),
      ])
    let y = maker.add(
      .call(convolution), [x, ids["weight"]!] + (hasBias ? [ids["bias"]!] : []), TensorType(.float32, result),
      "aten.conv")
    let normalisation = Call(
      "aten.batch_norm.default",
      [
        .operand(0), isAffine ? .operand(3) : .none, isAffine ? .operand(4) : .none, .operand(1), .operand(2),
        .truth(false), .number(0.1), .number(1e-5), .truth(true),
      ])
    let z = maker.add(
      .call(normalisation), [y, ids["mean"]!, ids["variance"]!] + (isAffine ? [ids["gamma"]!, ids["beta"]!] : []),
      TensorType(.float32, result), "aten.batch_norm")
    let activated = maker.call("\(random.pick(["relu", "silu", "gelu", "leaky_relu"])).default", [z])
    maker.returns(
      maker.call(
        "mean.dim", [activated], [.list((2..<result.count).map { .integer($0) })], shape: Array(result[..<2])))
    return maker
  }

  @Test(arguments: 0..<40) func foldingKeepsTheNumbers(_ seed: Int) throws {
    let maker = Self.convolutionGraph(seed: seed)
    let lowered = maker.graph.lowered()
    let folded = try #require(Rule.batchNormFolding.applied(to: lowered))
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(folded)) < 1e-12)
    // What follows is one kernel, and what was folded depends on parameters alone.
    #expect(FusionPartition(folded).groups.count == 1)
    let isPrepared = folded.isPrepared
    let convolution = folded.nodes.firstIndex {
      if case .call(let call) = $0.operation { call.name.hasPrefix("conv") } else { false }
    }
    #expect(folded.nodes[try #require(convolution)].operands.dropFirst().allSatisfy { isPrepared[$0] })
  }

  @Test(arguments: 0..<10) func namesMeanNothing(_ seed: Int) throws {
    let plain = Self.convolutionGraph(seed: seed).graph.lowered()
    let renamed = Self.convolutionGraph(seed: seed, prefix: "relu_softmax_").graph.lowered()
    let folded = [plain, renamed].map { Rule.batchNormFolding.applied(to: $0) }
    #expect(folded[0]?.nodes.map(\.type) == folded[1]?.nodes.map(\.type))
    #expect(folded[0]?.nodes.map(\.operands) == folded[1]?.nodes.map(\.operands))
  }

  @Test func aConvolutionThatIsUsedTwiceIsNotFolded() {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([1, 2, 4])
    let (w, s) = (maker.parameter("w", [3, 2, 1]), maker.parameter("s", [3, 1]))
    let y = maker.call("conv1d.default", [x, w], shape: [1, 3, 4])
    maker.returns(maker.call("mul.Tensor", [y, s]), y)
    #expect(Rule.batchNormFolding.applied(to: maker.graph.lowered()) == nil)
  }

  @Test func aScaleThatComesFromAnInputIsNotFolded() {
    var maker = GraphMaker(seed: 0)
    let (x, s) = (maker.input([1, 2, 4]), maker.input([3, 1]))
    let w = maker.parameter("w", [3, 2, 1])
    maker.returns(maker.call("mul.Tensor", [maker.call("conv1d.default", [x, w], shape: [1, 3, 4]), s]))
    #expect(Rule.batchNormFolding.applied(to: maker.graph.lowered()) == nil)
  }

  @Test(arguments: 0..<60) func poolingKeepsTheNumbers(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    let size = random.int(1...9)
    let (step, padding) = (random.int(1...4), random.int(0...size / 2))
    let length = random.int(size...24)
    let (ceil, counts) = (random.chance(0.5), random.chance(0.5))
    var outputs = (length + 2 * padding - size + (ceil ? step - 1 : 0)) / step + 1
    // The last window has to start inside the row or its left padding.
    if ceil && (outputs - 1) * step >= length + padding { outputs -= 1 }
    var maker = GraphMaker(seed: seed)
    let leading = random.chance(0.3) ? [3] : [2, 3]
    let x = maker.input(leading + [length])
    let y = maker.call(
      "avg_pool1d.default", [x],
      [.list([.integer(size)]), .list([.integer(step)]), .list([.integer(padding)]), .truth(ceil), .truth(counts)],
      shape: leading + [outputs])
    maker.returns(maker.call("sigmoid.default", [y]))
    let wanted = try maker.run(maker.graph)
    let lowered = maker.graph.lowered()
    let sliding = try #require(Rule.poolingAsSlidingSums.applied(to: lowered))
    #expect(!sliding.hasCalls)
    #expect(relativeDifference(wanted, try maker.run(sliding)) < 1e-12)
    if let convolution = Rule.poolingAsConvolution.applied(to: lowered) {
      #expect(relativeDifference(wanted, try maker.run(convolution)) < 1e-12)
    } else {
      // Only windows of unequal size stand in the way.
      #expect((padding > 0 && !counts) || ceil)
    }
  }
}
