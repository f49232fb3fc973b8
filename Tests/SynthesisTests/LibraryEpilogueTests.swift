import Testing

@testable import Synthesis

/// Layers with constant weights become the library's fused calls by what they are, and keep their numbers.
@Suite struct LibraryEpilogueTests {
  typealias ValueID = TensorGraph.ValueID

  /// Activations with their arguments, and whether oneDNN may make a number of NaN in them.
  static let activations: [(name: String, others: [CallArgument], hidesNaN: Bool)] = [
    ("relu", [], true), ("sigmoid", [], true), ("tanh", [], true), ("silu", [], false), ("gelu", [], false),
    ("hardswish", [], false), ("hardsigmoid", [], true), ("relu6", [], true),
    ("leaky_relu", [.number(0.2)], false), ("leaky_relu", [.number(0)], true),
    ("hardtanh", [.number(-0.5), .number(1.5)], true), ("clamp", [.number(-1), .number(0.25)], true),
  ]

  struct Drawn {
    var maker: GraphMaker
    /// What follows the last layer, if anything.
    var activation: (name: String, others: [CallArgument], hidesNaN: Bool)?
    var isResidual: Bool
    var isConvolution: Bool
    var isTransposed: Bool
  }

  /// One or two layers of one kind, at random shapes, strides, paddings, dilations, groups, with or without bias.
  static func draw(_ seed: Int) -> Drawn {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    let isConvolution = random.chance(0.6)
    let isTransposed = isConvolution && random.chance(0.3)
    let layer = isConvolution ? convolution(isTransposed, &random, &maker) : linear(&random, &maker)
    var y = layer
    let isResidual = random.chance(0.4)
    if isResidual {
      let other = maker.input(maker.shape(layer))
      let swapped = random.chance(0.5)
      let name = random.pick(["add", "sub"])
      y = maker.call("\(name).Tensor", swapped ? [other, layer] : [layer, other])
    }
    let activation = random.chance(0.8) ? random.pick(activations) : nil
    if let activation {
      y = maker.call("\(activation.name).default", [y], activation.others, shape: maker.shape(y))
    }
    maker.returns(y)
    return Drawn(
      maker: maker, activation: activation, isResidual: isResidual, isConvolution: isConvolution,
      isTransposed: isTransposed)
  }

  private static func linear(_ random: inout RandomSource, _ maker: inout GraphMaker) -> ValueID {
    let (k, n) = (random.int(1...6), random.int(1...5))
    let outer = random.pick([[3], [2, 4], [1, 2, 3]])
    switch random.int(0...2) {
    case 0:
      let parameters = [maker.parameter("w", [n, k])] + (random.chance(0.5) ? [maker.parameter("b", [n])] : [])
      return maker.call("linear.default", [maker.input(outer + [k])] + parameters, shape: outer + [n])
    case 1:
      let w = maker.parameter("w", [k, n])
      return maker.call("matmul.default", [maker.input(outer + [k]), w], shape: outer + [n])
    default:
      let operands = [maker.parameter("b", [n]), maker.input([4, k]), maker.parameter("w", [k, n])]
      if random.chance(0.3) { return maker.call("addmm.default", operands, shape: [4, n]) }
      let product = maker.call("mm.default", Array(operands.dropFirst()), shape: [4, n])
      return random.chance(0.5) ? product : maker.call("add.Tensor", [operands[0], product], shape: [4, n])
    }
  }

  private static func convolution(
    _ isTransposed: Bool, _ random: inout RandomSource, _ maker: inout GraphMaker
  ) -> ValueID {
    let spatial = random.int(1...3)
    let groups = random.int(1...2)
    // Transposed convolutions that keep channels apart are left alone.
    let (inputs, outputs) = (groups * random.int(isTransposed ? 2...3 : 1...2), groups * random.int(1...3))
    let extents = (0..<spatial).map { _ in random.int(5...6) }
    let kernel = (0..<spatial).map { _ in random.int(1...3) }
    let stride = (0..<spatial).map { _ in random.int(1...2) }
    let dilation = (0..<spatial).map { _ in random.int(1...2) }
    let padding = kernel.map { random.int(0...$0 - 1) }
    let extra = stride.map { random.int(0...$0 - 1) }
    var operands = [maker.input([random.int(1...2), inputs] + extents)]
    operands.append(
      maker.parameter("w", (isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]) + kernel))
    let hasBias = random.chance(0.5)
    if hasBias { operands.append(maker.parameter("b", [outputs])) }
    func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }
    var arguments: [CallArgument] = [
      .operand(0), .operand(1), hasBias ? .operand(2) : .none, list(stride), list(padding),
    ]
    let result = (0..<spatial).map { d in
      let reach = dilation[d] * (kernel[d] - 1)
      return isTransposed
        ? (extents[d] - 1) * stride[d] - 2 * padding[d] + reach + extra[d] + 1
        : (extents[d] + 2 * padding[d] - reach - 1) / stride[d] + 1
    }
    arguments += isTransposed ? [list(extra), .integer(groups), list(dilation)] : [list(dilation), .integer(groups)]
    let target =
      isTransposed
      ? "aten.conv_transpose\(spatial)d.\(spatial == 1 ? "default" : "input")" : "aten.conv\(spatial)d.default"
    return maker.add(
      .call(Call(target, arguments)), operands, TensorType(.float32, [maker.shape(operands[0])[0], outputs] + result),
      target)
  }

  @Test(arguments: 0..<150) func fusedLayersKeepTheNumbers(_ seed: Int) throws {
    let drawn = Self.draw(seed)
    let wanted = try drawn.maker.run(drawn.maker.graph)
    let lowered = drawn.maker.graph.lowered()
    for rule in [Rule.packedEpilogues, .rowMajorEpilogues] {
      guard let fused = rule.applied(to: lowered) else {
        #expect(rule.id == Rule.rowMajorEpilogues.id)
        continue
      }
      #expect(relativeDifference(wanted, try drawn.maker.run(fused)) < 1e-12)
      #expect(rule.applied(to: fused) == nil)
    }
  }

  @Test(arguments: 0..<150) func whatFollowsIsInTheCall(_ seed: Int) throws {
    let drawn = Self.draw(seed)
    let fused = try #require(Rule.packedEpilogues.applied(to: drawn.maker.graph.lowered()))
    let layers = fused.nodes.indices.compactMap { FusedLayer(fused, $0) }
    #expect(layers.count == 1 && layers[0].isPacked)
    guard !drawn.isResidual, let activation = drawn.activation, let layer = layers.first else { return }
    #expect(layer.epilogue != .none)
    #expect(layer.epilogue.hidesNaN == activation.hidesNaN)
    // A check is there exactly where NaN could be hidden; nothing else is left to do.
    let checks = fused.nodes.filter {
      if case .call(let call) = $0.operation { call.target == Call.finiteCheck } else { false }
    }
    #expect(checks.count == (activation.hidesNaN ? 1 : 0))
    let request = SynthesisRequest(
      graph: drawn.maker.graph, opName: "op", isFunction: false, vectorBits: 512, threads: 2, cacheBytes: [])
    let proposal = try #require(SynthesisPlan(request).libraryProposals(Trials(request.graph)).first)
    #expect(proposal.labels == ["library-call"])
    #expect(!proposal.rule.contains("fusion"))
  }

  @Test func aResidualAndItsReluAreInAConvolutionsCall() throws {
    var maker = GraphMaker(seed: 0)
    let (x, other) = (maker.input([1, 2, 4, 4]), maker.input([1, 3, 4, 4]))
    let w = maker.parameter("w", [3, 2, 1, 1])
    let y = maker.call("conv2d.default", [x, w], shape: [1, 3, 4, 4])
    maker.returns(maker.call("relu.default", [maker.call("add.Tensor", [other, y])]))
    let fused = try #require(Rule.packedEpilogues.applied(to: maker.graph.lowered()))
    let layer = try #require(fused.nodes.indices.lazy.compactMap { FusedLayer(fused, $0) }.first)
    #expect(layer.other?.operation == "add" && layer.epilogue.attribute == "relu")
  }

  /// What a chain of layers needs is known from its input: one check, not one a layer.
  @Test func aChainOfLayersIsCheckedOnce() throws {
    var maker = GraphMaker(seed: 0)
    var y = maker.input([3, 4])
    for index in 0..<5 {
      let w = maker.parameter("w\(index)", [4, 4])
      y = maker.call("relu.default", [maker.call("linear.default", [y, w], shape: [3, 4])])
    }
    maker.returns(y)
    let fused = try #require(Rule.packedEpilogues.applied(to: maker.graph.lowered()))
    let checks = fused.nodes.filter {
      if case .call(let call) = $0.operation { call.target == Call.finiteCheck } else { false }
    }
    #expect(checks.count == 1)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(fused)) < 1e-12)
  }

  /// The bound must not be below anything that a layer computes.
  @Test(arguments: 0..<40) func boundsHold(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    var values = [maker.input([3, 4])]
    for index in 0..<random.int(2...12) {
      let x = random.pick(values)
      if random.chance(0.6) {
        let w = maker.parameter("w\(index)", [4, 4], range: -2...2)
        let bias = random.chance(0.5) ? [maker.parameter("b\(index)", [4], range: -3...3)] : []
        let y = maker.call("linear.default", [x, w] + bias, shape: [3, 4])
        values.append(random.chance(0.5) ? maker.call("relu.default", [y]) : y)
      } else {
        values.append(maker.call(random.pick(["add.Tensor", "mul.Tensor", "sub.Tensor"]), [x, random.pick(values)]))
      }
    }
    let w = maker.parameter("last", [4, 4], range: -2...2)
    let last = maker.call("linear.default", [values[values.count - 1], w], shape: [3, 4])
    maker.returns(maker.call("relu.default", [last]))
    var fused = try #require(Rule.packedEpilogues.applied(to: maker.graph.lowered()))
    let layers = fused.nodes.indices.filter { FusedLayer(fused, $0)?.epilogue.hidesNaN == true }
    let bounds = fused.nodes.flatMap { node -> [ValueID] in
      guard case .call(let call) = node.operation, call.target == Call.finiteCheck else { return [] }
      return Array(node.operands.dropFirst())
    }
    #expect(!bounds.isEmpty)
    fused.outputs = (layers + bounds).map { .value($0) }
    let results = try maker.run(fused)
    let largest = results.prefix(layers.count).flatMap(\.values).map(abs).max() ?? 0
    #expect(largest <= results.dropFirst(layers.count).flatMap(\.values).max() ?? 0)
  }

  @Test func whatAnotherUsesTooIsNotInTheCall() throws {
    var maker = GraphMaker(seed: 0)
    let (x, w) = (maker.input([3, 4]), maker.parameter("w", [5, 4]))
    let y = maker.call("linear.default", [x, w], shape: [3, 5])
    maker.returns(maker.call("relu.default", [y]), y)
    let fused = try #require(Rule.packedEpilogues.applied(to: maker.graph.lowered()))
    #expect(fused.nodes.indices.compactMap { FusedLayer(fused, $0)?.epilogue } == [.none])
  }

  @Test func weightsThatComeFromAnInputAreLeftAlone() {
    var maker = GraphMaker(seed: 0)
    let y = maker.call("linear.default", [maker.input([3, 4]), maker.input([5, 4])], shape: [3, 5])
    maker.returns(maker.call("relu.default", [y]))
    for rule in [Rule.packedEpilogues, .rowMajorEpilogues] { #expect(rule.applied(to: maker.graph.lowered()) == nil) }
  }

  @Test func doublePrecisionIsLeftAlone() {
    var maker = GraphMaker(seed: 0)
    let (x, w) = (maker.input([3, 4]), maker.parameter("w", [5, 4]))
    for id in [x, w] { maker.graph.nodes[id].type.dtype = .float64 }
    maker.returns(maker.call("linear.default", [x, w], shape: [3, 5], dtype: .float64))
    #expect(Rule.packedEpilogues.applied(to: maker.graph.lowered()) == nil)
  }

  /// Packing alone pays where a weight is used a few times only.
  @Test func aLargeProductWithoutEpilogueIsLeftAlone() {
    for (rows, isWorthIt) in [(16, true), (100_000, false)] {
      var maker = GraphMaker(seed: 0)
      let (x, w) = (maker.input([rows, 2]), maker.parameter("w", [2, 2]))
      maker.returns(maker.call("linear.default", [x, w], shape: [rows, 2]))
      for rule in [Rule.packedEpilogues, .rowMajorEpilogues] {
        #expect((rule.applied(to: maker.graph.lowered()) != nil) == isWorthIt)
      }
    }
  }

  @Test(arguments: 0..<10) func namesMeanNothing(_ seed: Int) {
    let graphs = ["", "softmax_relu_"].map { prefix in
      Rule.packedEpilogues.applied(to: RuleTests.convolutionGraph(seed: seed, prefix: prefix).graph.lowered())
    }
    #expect(graphs[0]?.nodes.map(\.type) == graphs[1]?.nodes.map(\.type))
    #expect(graphs[0]?.nodes.map(\.operands) == graphs[1]?.nodes.map(\.operands))
  }
}
