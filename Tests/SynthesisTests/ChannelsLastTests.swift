import Testing

@testable import Synthesis

/// Convolutions and what lies between them keep their numbers with channels last, and change formats only at the ends.
@Suite struct ChannelsLastTests {
  typealias ValueID = TensorGraph.ValueID

  private static func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }

  private static func convolution(
    _ x: ValueID, _ outputs: Int, _ kernel: Int, _ maker: inout GraphMaker, stride: Int = 1, groups: Int = 1,
    weight: ValueID? = nil
  ) -> ValueID {
    let shape = maker.shape(x)
    let spatial = shape.count - 2
    let number = maker.graph.nodes.count
    let kernels = [Int](repeating: kernel, count: spatial)
    let w = weight ?? maker.parameter("w\(number)", [outputs, shape[1] / groups] + kernels)
    let result = shape[2...].map { ($0 + 2 * (kernel / 2) - kernel) / stride + 1 }
    return maker.add(
      .call(
        Call(
          "aten.conv\(spatial)d.default",
          [
            .operand(0), .operand(1), .operand(2), list(kernels.map { _ in stride }), list(kernels.map { $0 / 2 }),
            list(kernels.map { _ in 1 }), .integer(groups),
          ])), [x, w, maker.parameter("b\(number)", [outputs])],
      TensorType(.float32, [shape[0], outputs] + result), "aten.conv\(spatial)d.default")
  }

  private static func targets(_ graph: TensorGraph) -> [String] {
    graph.nodes.compactMap { if case .call(let call) = $0.operation { call.target } else { nil } }
  }

  /// A chain of convolutions with something drawn at random after each.
  static func draw(_ seed: Int) -> GraphMaker {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    let spatial = random.pick([2, 2, 2, 3])
    let batch = random.int(1...2)
    var x = maker.input([batch, random.int(1...4)] + (0..<spatial).map { _ in random.int(4...6) })
    var results: [ValueID] = []
    for _ in 0..<random.int(1...3) {
      let before = x
      let channels = maker.shape(x)[1]
      x = convolution(
        x, random.pick([channels, random.int(1...4)]), random.pick([1, 3]), &maker, stride: random.pick([1, 1, 2]))
      if maker.shape(x) == maker.shape(before), random.chance(0.7) {
        x = maker.call("\(random.pick(["add", "sub", "mul"])).Tensor", random.chance(0.5) ? [x, before] : [before, x])
      }
      if random.chance(0.6) { x = maker.call("\(random.pick(["relu", "silu", "mish", "tanh"])).default", [x]) }
      x = between(x, spatial, &random, &maker)
      results.append(x)
    }
    end(x, results, spatial, &random, &maker)
    return maker
  }

  private static func between(
    _ x: ValueID, _ spatial: Int, _ random: inout RandomSource, _ maker: inout GraphMaker
  ) -> ValueID {
    let shape = maker.shape(x)
    let pairs = [2, 2].map { CallArgument.integer($0) }
    let halved = Array(shape[..<2]) + shape[2...].map { $0 / 2 }
    let ones = [Int](repeating: 1, count: spatial)
    switch random.int(0...7) {
    case 0 where spatial == 2 && shape[2...].allSatisfy({ $0 > 1 }):
      return maker.call("max_pool2d.default", [x], [.list(pairs), .list(pairs)], shape: halved)
    case 1 where spatial == 2 && shape[2...].allSatisfy({ $0 > 1 }):
      return maker.call("avg_pool2d.default", [x], [.list(pairs), .list(pairs)], shape: halved)
    case 2:
      // Squeezed and excited.
      let dimensions = CallArgument.list((2..<2 + spatial).map { .integer($0) })
      let mean = maker.call("mean.dim", [x], [dimensions, .truth(true)], shape: Array(shape[..<2]) + ones)
      let gate = maker.call("sigmoid.default", [convolution(mean, shape[1], 1, &maker)])
      return maker.call("mul.Tensor", [x, gate], shape: shape)
    case 3:
      return maker.call("mul.Tensor", [maker.parameter("s\(x)", [shape[1]] + ones), x], shape: shape)
    case 4:
      // Over channels.
      let sum = maker.call(
        "sum.dim_IntList", [x], [.list([.integer(1)]), .truth(true)], shape: [shape[0], 1] + shape[2...])
      return maker.call("add.Tensor", [x, sum], shape: shape)
    case 5: return maker.call("add.Tensor", [x, maker.input(Array(shape[1...]))], shape: shape)
    default: return x
    }
  }

  private static func end(
    _ x: ValueID, _ results: [ValueID], _ spatial: Int, _ random: inout RandomSource, _ maker: inout GraphMaker
  ) {
    let shape = maker.shape(x)
    switch random.int(0...4) {
    case 0:
      let flat = shape[1...].reduce(1, *)
      let y = maker.call("flatten.using_ints", [x], [.integer(1)], shape: [shape[0], flat])
      maker.returns(maker.call("linear.default", [y, maker.parameter("l", [2, flat])], shape: [shape[0], 2]))
    case 1:
      maker.returns(
        maker.call("amax.default", [x], [.list((2..<2 + spatial).map { .integer($0) })], shape: Array(shape[..<2])))
    case 2:
      maker.graph.outputs = results.map { .value($0) }
      maker.graph.structure = .list(results.indices.map { .leaf($0) })
    case 3: maker.returns(maker.call("sum.default", [x], shape: []))
    default: maker.returns(x)
    }
  }

  @Test(arguments: 0..<200) func chainsKeepTheNumbers(_ seed: Int) throws {
    let maker = Self.draw(seed)
    let wanted = try maker.run(maker.graph)
    let lowered = maker.graph.lowered()
    let plain = try #require(Rule.channelsLast.applied(to: lowered))
    #expect(relativeDifference(wanted, try maker.run(plain)) < 1e-12)
    #expect(!Self.targets(plain).contains { $0.hasPrefix("aten.conv") })
    #expect(Rule.channelsLast.applied(to: plain) == nil)
    guard let packed = Rule.packedEpilogues.applied(to: lowered), let both = Rule.channelsLast.applied(to: packed)
    else {
      return
    }
    #expect(relativeDifference(wanted, try maker.run(both)) < 1e-12)
  }

  @Test func nothingBetweenTwoConvolutionsChangesTheFormat() throws {
    var maker = GraphMaker(seed: 1)
    let x = Self.convolution(maker.input([2, 3, 12, 12]), 8, 3, &maker)
    let pairs = CallArgument.list([.integer(2), .integer(2)])
    let pooled = maker.call(
      "max_pool2d.default", [maker.call("mish.default", [x])], [pairs, pairs], shape: [2, 8, 6, 6])
    let y = Self.convolution(pooled, 8, 3, &maker)
    let sum = maker.call("relu.default", [maker.call("add.Tensor", [pooled, y])])
    let joined = maker.call("cat.default", [], shape: [2, 16, 6, 6])
    maker.graph.nodes[joined] = .init(
      .call(Call("aten.cat.default", [.list([.operand(0), .operand(1)]), .integer(1)])), [sum, pooled],
      TensorType(.float32, [2, 16, 6, 6]), origin: .init(name: "cat", target: "aten.cat.default"))
    maker.returns(Self.convolution(joined, 4, 1, &maker))
    let lowered = maker.graph.lowered()
    let packed = try #require(Rule.packedEpilogues.applied(to: lowered))
    for graph in [lowered, packed] {
      let moved = try #require(Rule.channelsLast.applied(to: graph))
      let targets = Self.targets(moved)
      #expect(targets.filter { $0 == Call.enterChannelsLast }.count == 1)
      #expect(targets.filter { $0 == Call.leaveChannelsLast }.count == 1)
      #expect(targets.contains("channels_last.max_pool2d.default") && targets.contains("channels_last.cat.default"))
    }
  }

  @Test func packedLayersAloneNeedNoSecondFormat() throws {
    var maker = GraphMaker(seed: 1)
    let x = maker.call("relu.default", [Self.convolution(maker.input([2, 3, 12, 12]), 8, 3, &maker)])
    maker.returns(Self.convolution(x, 8, 3, &maker))
    let packed = try #require(Rule.packedEpilogues.applied(to: maker.graph.lowered()))
    #expect(Rule.channelsLast.applied(to: packed) == nil)
  }

  @Test func weightsThatAreComputedAreTakenAsTheyAre() throws {
    var maker = GraphMaker(seed: 1)
    let x = maker.input([2, 3, 12, 12])
    let weight = maker.call("tanh.default", [maker.input([8, 3, 3, 3])])
    maker.returns(Self.convolution(x, 8, 3, &maker, weight: weight))
    let lowered = maker.graph.lowered()
    #expect(Rule.packedEpilogues.applied(to: lowered) == nil)
    let moved = try #require(Rule.channelsLast.applied(to: lowered))
    #expect(!Self.targets(moved).contains(Call.weightChannelsLast))
    #expect(relativeDifference(try maker.run(lowered), try maker.run(moved)) < 1e-12)
  }

  @Test func convolutionsOfOtherTypesAndRanksAreLeftAlone() {
    var maker = GraphMaker(seed: 1)
    maker.returns(Self.convolution(maker.input([2, 3, 12]), 8, 3, &maker))
    #expect(Rule.channelsLast.applied(to: maker.graph.lowered()) == nil)
    var wide = Self.draw(3)
    for id in wide.graph.nodes.indices { wide.graph.nodes[id].type.dtype = .float64 }
    #expect(Rule.channelsLast.applied(to: wide.graph.lowered()) == nil)
  }
}
