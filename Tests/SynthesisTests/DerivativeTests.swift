import Testing

@testable import Synthesis

/// Every derivative is what central differences say, away from kinks (there `GradientCandidateTests` ask PyTorch).
@Suite struct DerivativeTests {
  private static let tolerance = 1e-8

  /// Values that keep a distance from every kink of the functions here.
  private static let places = [-3.7, -2.45, -1.3, -0.7, 0.35, 0.62, 1.45, 2.55, 3.4, 4.6]

  private static func input(_ maker: inout GraphMaker, _ shape: [Int], seed: Int) -> GraphMaker.ValueID {
    let id = maker.input(shape)
    var random = RandomSource(seed: seed)
    for index in maker.inputs[0]?.values.indices ?? 0..<0 {
      maker.inputs[0]?.values[index] = random.pick(places) + Double(index % 40) * 1e-3
    }
    return id
  }

  static let anywhere: [String] = [
    "neg", "abs", "square", "exp", "expm1", "tanh", "sigmoid", "erf", "sin", "cos", "relu", "silu", "gelu", "mish",
    "softplus", "log_sigmoid", "hardswish", "hardsigmoid", "relu6", "leaky_relu", "hardtanh", "elu", "selu", "celu",
    "clone", "reciprocal",
  ]

  @Test(arguments: anywhere) func ofAnyNumber(_ name: String) throws {
    for seed in 0..<4 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      let x = Self.input(&maker, LoweringTests.randomShape(&random), seed: seed)
      maker.returns(maker.call("neg.default", [maker.call("\(name).default", [x])]))
      let check = try #require(try GradientCheck(maker), "\(name) has no derivative")
      #expect(try check.worst() < Self.tolerance)
    }
  }

  /// Where PyTorch keeps the result and the op returns it, it is read and not computed again.
  @Test(arguments: ["exp", "expm1", "tanh", "sigmoid", "relu", "sqrt", "rsqrt", "reciprocal"])
  func fromTheResult(_ name: String) throws {
    var maker = GraphMaker(seed: 3)
    let x = maker.input([3, 5], range: 0.5...2)
    maker.returns(maker.call("\(name).default", [x]))
    let check = try #require(try GradientCheck(maker))
    #expect(check.pass.sources.contains(.result(0)) && !check.pass.sources.contains(.argument(0)))
    #expect(try check.worst() < Self.tolerance)
  }

  @Test(arguments: ["log", "log1p", "log2", "sqrt", "rsqrt"]) func ofPositiveNumbers(_ name: String) throws {
    var maker = GraphMaker(seed: 1)
    let x = maker.input([4, 6], range: 0.5...3)
    maker.returns(maker.call("mul.Tensor", [maker.call("\(name).default", [x]), x]))
    #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance)
  }

  @Test func activationsWithNumbers() throws {
    let calls: [(String, [CallArgument], [String: CallArgument])] = [
      ("gelu.default", [], ["approximate": .string("tanh")]), ("softplus.default", [.number(1.7), .number(3)], [:]),
      ("leaky_relu.default", [.number(0.3)], [:]), ("elu.default", [.number(1.4), .number(0.8), .number(1.2)], [:]),
      ("hardtanh.default", [.number(-2), .number(1)], [:]), ("threshold.default", [.number(0.5), .number(9)], [:]),
      ("clamp.default", [.number(-1), .number(2)], [:]), ("clamp.default", [.none, .number(2)], [:]),
      ("clamp_min.default", [.number(0.1)], [:]), ("clamp_max.default", [.number(0.1)], [:]),
      ("pow.Tensor_Scalar", [.number(2)], [:]), ("pow.Tensor_Scalar", [.number(3)], [:]),
      ("pow.Tensor_Scalar", [.number(4)], [:]), ("pow.Tensor_Scalar", [.number(-1)], [:]),
      ("pow.Tensor_Scalar", [.number(-2)], [:]), ("pow.Tensor_Scalar", [.number(1)], [:]),
      ("mul.Tensor", [.number(0.3)], [:]), ("div.Tensor", [.number(0.3)], [:]), ("celu.default", [.number(0.7)], [:]),
      ("add.Tensor", [.number(0.3)], [:]), ("sub.Tensor", [.number(0.3)], [:]), ("rsub.Scalar", [.number(0.3)], [:]),
    ]
    for (number, call) in calls.enumerated() {
      var maker = GraphMaker(seed: number)
      let x = Self.input(&maker, [3, 7], seed: number)
      maker.returns(maker.call(call.0, [x], call.1, keywords: call.2))
      #expect(try #require(try GradientCheck(maker), "\(call)").worst() < Self.tolerance, "\(call)")
    }
  }

  @Test(arguments: [
    "add.Tensor", "sub.Tensor", "rsub.Tensor", "mul.Tensor", "div.Tensor", "maximum.default", "minimum.default",
  ])
  func bothSidesOfWhatBroadcasts(_ target: String) throws {
    for seed in 0..<16 {
      var random = RandomSource(seed: seed)
      let shape = LoweringTests.randomShape(&random)
      let other = shape.dropFirst(random.int(0...shape.count)).map { random.chance(0.4) ? 1 : $0 }
      var maker = GraphMaker(seed: seed)
      let (a, b) = (maker.input(shape), maker.parameter("b", Array(other), range: 0.5...2))
      maker.returns(random.chance(0.5) ? maker.call(target, [a, b]) : maker.call(target, [b, a]))
      let check = try #require(try GradientCheck(maker))
      #expect(check.pass.wanted.count == 2)
      #expect(try check.worst() < Self.tolerance)
    }
  }

  @Test func selectionsAndProductsOfThree() throws {
    var maker = GraphMaker(seed: 5)
    let (x, y, z) = (maker.input([4, 3]), maker.input([4, 1], range: 0.5...2), maker.input([3], range: 0.5...2))
    let condition = maker.call("gt.Scalar", [x], [.number(0.2)], dtype: .bool)
    let chosen = maker.call("where.self", [condition, x, y], shape: [4, 3])
    let filled = maker.call("masked_fill.Scalar", [chosen, condition], [.number(0.5)], shape: [4, 3])
    let product = maker.call(
      "addcmul.default", [chosen, y, z], keywords: ["value": .number(0.7)], shape: [4, 3])
    let ratio = maker.call("addcdiv.default", [filled, y, z], keywords: ["value": .number(-0.4)], shape: [4, 3])
    maker.returns(product, ratio)
    let check = try #require(try GradientCheck(maker))
    #expect(check.pass.wanted.count == 3)
    #expect(try check.worst() < Self.tolerance)
  }

  @Test(arguments: [
    "sum.dim_IntList", "mean.dim", "amax.default", "amin.default", "logsumexp.default", "var.correction",
    "std.correction",
  ])
  func reductionsOverAnyDimensions(_ target: String) throws {
    for seed in 0..<20 {
      var random = RandomSource(seed: seed)
      let shape = LoweringTests.randomShape(&random).prefix(3).map { $0 + 1 } + [random.pick([3, 9])]
      let chosen = shape.indices.filter { _ in random.chance(0.5) }
      let dimensions = chosen.isEmpty ? [shape.count - 1] : chosen
      let keeps = random.chance(0.5)
      let result = shape.indices.compactMap { dimensions.contains($0) ? (keeps ? 1 : nil) : shape[$0] }
      var maker = GraphMaker(seed: seed)
      let x = maker.input(shape)
      // All different, so that every extremum is one element.
      let count = shape.reduce(1, *)
      maker.inputs[0]?.values = (0..<count).map { Double($0 * 7919 % count) / Double(count) * 6 - 3 }
      let list = CallArgument.list(dimensions.map { .integer($0) })
      let y =
        target.hasSuffix("correction")
        ? maker.call(
          target, [x], [list], keywords: ["correction": .integer(1), "keepdim": .truth(keeps)], shape: result)
        : maker.call(target, [x], [list, .truth(keeps)], shape: result)
      maker.returns(maker.call("sin.default", [y]))
      // Some columns are too narrow for a kernel, and then nothing is lowered.
      guard !maker.graph.lowered().hasCalls else { continue }
      #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance, "\(shape) over \(dimensions)")
    }
  }

  @Test(arguments: [1.0, 2, .infinity]) func norms(_ order: Double) throws {
    var maker = GraphMaker(seed: 2)
    let x = Self.input(&maker, [3, 8], seed: 2)
    maker.returns(maker.call("linalg_vector_norm.default", [x], [.number(order), .list([.integer(-1)])], shape: [3]))
    #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance)
  }

  @Test(arguments: ["max", "min"]) func anExtremumWithItsPosition(_ name: String) throws {
    for keeps in [false, true] {
      var maker = GraphMaker(seed: 4)
      let x = Self.input(&maker, [3, 9], seed: 4)
      let shape = keeps ? [3, 1] : [3]
      let pair = maker.call("\(name).dim", [x], [.integer(1), .truth(keeps)], shape: shape)
      let value = maker.add(.element(0), [pair], TensorType(.float32, shape), "getitem")
      let place = maker.add(.element(1), [pair], TensorType(.int64, shape), "getitem")
      maker.returns(maker.call("exp.default", [value]), place)
      let check = try #require(try GradientCheck(maker))
      #expect(check.pass.differentiable.keys.sorted() == [0])
      #expect(try check.worst() < Self.tolerance)
    }
  }

  @Test(arguments: ["softmax.int", "log_softmax.int"]) func softmaxFamily(_ target: String) throws {
    for seed in 0..<6 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(LoweringTests.randomShape(&random) + [4])
      let y = maker.call(target, [x], [.integer(-1)])
      maker.returns(seed % 2 == 0 ? y : maker.call("sin.default", [y]))
      let check = try #require(try GradientCheck(maker))
      #expect(check.pass.readsResults == (seed % 2 == 0))
      #expect(try check.worst() < Self.tolerance)
    }
  }

  @Test func losses() throws {
    for (name, mode) in [("mse_loss", 0), ("mse_loss", 1), ("l1_loss", 1), ("l1_loss", 2)] {
      var maker = GraphMaker(seed: mode)
      let (a, b) = (maker.input([4, 5]), maker.input([4, 5]))
      maker.returns(maker.call("\(name).default", [a, b], [.integer(mode)], shape: mode == 0 ? [4, 5] : []))
      #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance)
    }
  }

  @Test func normalisations() throws {
    for seed in 0..<12 {
      var maker = GraphMaker(seed: seed)
      let isWeighted = seed % 2 == 0
      switch seed / 2 % 4 {
      case 0:
        let x = maker.input([2, 3, 8])
        let affine = isWeighted ? [maker.parameter("w", [8]), maker.parameter("b", [8])] : []
        maker.returns(
          maker.add(
            .call(
              Call(
                "aten.layer_norm.default",
                [.operand(0), .integers([8])] + (isWeighted ? [.operand(1), .operand(2)] : []))), [x] + affine,
            TensorType(.float32, [2, 3, 8]), "aten.layer_norm.default"))
      case 1:
        let x = maker.input([2, 3, 8])
        let affine = isWeighted ? [maker.parameter("w", [3, 8])] : []
        maker.returns(
          maker.add(
            .call(
              Call("aten.rms_norm.default", [.operand(0), .integers([3, 8])] + (isWeighted ? [.operand(1)] : []))),
            [x] + affine, TensorType(.float32, [2, 3, 8]), "aten.rms_norm.default"))
      default:
        let x = maker.input([2, 4, 3, 5])
        let affine = isWeighted ? [maker.parameter("w", [4]), maker.parameter("b", [4])] : []
        maker.returns(
          maker.add(
            .call(
              Call(
                "aten.group_norm.default",
                [.operand(0), .integer(2)] + (isWeighted ? [.operand(1), .operand(2)] : []))), [x] + affine,
            TensorType(.float32, [2, 4, 3, 5]), "aten.group_norm.default"))
      }
      let check = try #require(try GradientCheck(maker))
      #expect(check.pass.wanted.count == check.maker.parameters.count + 1)
      #expect(try check.worst() < Self.tolerance, "\(seed)")
    }
  }

  @Test func views() throws {
    var maker = GraphMaker(seed: 6)
    let x = maker.input([4, 6, 8])
    let turned = maker.call("permute.default", [x], [.integers([2, 0, 1])], shape: [8, 4, 6])
    let swapped = maker.call("transpose.int", [turned], [.integer(0), .integer(-1)], shape: [6, 4, 8])
    let sliced = maker.call(
      "slice.Tensor", [swapped], [.integer(0), .integer(1), .integer(6), .integer(2)], shape: [3, 4, 8])
    let picked = maker.call("select.int", [swapped], [.integer(1), .integer(-1)], shape: [6, 8])
    let narrow = maker.call("narrow.default", [swapped], [.integer(2), .integer(3), .integer(2)], shape: [6, 4, 2])
    let flat = maker.call("reshape.default", [narrow], [.integers([8, 6])], shape: [8, 6])
    let wide = maker.call(
      "expand.default", [maker.call("unsqueeze.default", [picked], [.integer(0)], shape: [1, 6, 8])],
      [.integers([3, 6, 8])], shape: [3, 6, 8])
    maker.returns(
      maker.call("exp.default", [sliced]), maker.call("tanh.default", [flat]), maker.call("sin.default", [wide]))
    let check = try #require(try GradientCheck(maker))
    #expect(try check.worst() < Self.tolerance)
  }

  @Test func halvesAndPartsAreJoinedAgain() throws {
    for isWhole in [true, false] {
      var maker = GraphMaker(seed: 7)
      let x = maker.input([3, 8])
      let parts = maker.call("chunk.default", [x], [.integer(2), .integer(-1)], shape: [3, 4])
      let halves = (0...1).map { maker.add(.element($0), [parts], TensorType(.float32, [3, 4]), "getitem") }
      let gate = maker.call("silu.default", [halves[0]])
      maker.returns(isWhole ? maker.call("mul.Tensor", [gate, halves[1]]) : gate)
      #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance)
    }
  }

  @Test func runningSums() throws {
    var maker = GraphMaker(seed: 9)
    let x = maker.input([3, 8])
    maker.returns(maker.call("tanh.default", [maker.call("cumsum.default", [x], [.integer(1)])]))
    #expect(try #require(try GradientCheck(maker)).worst() < Self.tolerance)
  }

  @Test func aSlopeForEveryChannel() throws {
    var maker = GraphMaker(seed: 10)
    let (x, w) = (maker.input([2, 3, 5]), maker.parameter("slope", [3]))
    maker.returns(maker.call("prelu.default", [x, w], shape: [2, 3, 5]))
    let check = try #require(try GradientCheck(maker))
    #expect(check.pass.wanted == [.argument(0), .parameter(path: "slope")])
    #expect(try check.worst() < Self.tolerance)
  }

  @Test(arguments: 0..<60) func randomChains(_ seed: Int) throws {
    let maker = FusionTests.chain(seed: seed).maker
    let check = try #require(try GradientCheck(maker))
    let worst = try check.worst()
    #expect(worst < 1e-6, "\(worst)")
  }

  // MARK: What is worth it

  /// PyTorch's own kernel for the gradient of one activation or norm is as good; chains and losses are not one operator.
  @Test func oneOperatorsGradientIsLeftToPyTorch() throws {
    func isWorthwhile(_ build: (inout GraphMaker) -> GraphMaker.ValueID) throws -> Bool {
      var maker = GraphMaker(seed: 0)
      maker.graph.trainsAlike = true
      maker.returns(build(&maker))
      return try #require(BackwardPass(maker.graph)).isWorthwhile(beside: maker.graph)
    }
    func norm(_ maker: inout GraphMaker) -> GraphMaker.ValueID {
      let (x, w, b) = (maker.input([128, 64]), maker.parameter("w", [64]), maker.parameter("b", [64]))
      return maker.add(
        .call(Call("aten.layer_norm.default", [.operand(0), .integers([64]), .operand(1), .operand(2)])), [x, w, b],
        TensorType(.float32, [128, 64]), "aten.layer_norm.default")
    }
    #expect(try !isWorthwhile { $0.call("gelu.default", [$0.input([128, 64])]) })
    #expect(try !isWorthwhile { norm(&$0) })
    #expect(
      try isWorthwhile { maker in
        let x = maker.input([128, 64])
        return maker.call("mul.Tensor", [maker.call("silu.default", [x]), maker.input([128, 64])])
      })
    #expect(
      try isWorthwhile { maker in
        let x = maker.input([128, 64])
        let square = maker.call("pow.Tensor_Scalar", [x], [.number(2)])
        let mean = maker.call("mean.dim", [square], [.integers([-1]), .truth(true)], shape: [128, 1])
        let scale = maker.call("rsqrt.default", [maker.call("add.Tensor", [mean], [.number(1e-6)])])
        return maker.call("mul.Tensor", [maker.call("mul.Tensor", [x, scale]), maker.parameter("w", [64])])
      })
  }

  // MARK: What has no backward pass

  @Test func gradientsStopWhereTheyAreStopped() throws {
    var maker = GraphMaker(seed: 11)
    let x = maker.input([3, 4])
    maker.returns(maker.call("mul.Tensor", [x, maker.call("detach.default", [maker.call("exp.default", [x])])]))
    maker.graph.trainsAlike = true
    let pass = try #require(BackwardPass(maker.graph))
    let gradient = try Interpreter().run(
      pass.graph,
      arguments: Dictionary(
        uniqueKeysWithValues: pass.sources.enumerated().map { number, source in
          (number, source.isUpstream ? DenseTensor([3, 4], filledWith: 1) : maker.inputs[0]!)
        }))
    // Not (1 + x)·eˣ.
    #expect(
      relativeDifference(gradient, try maker.run(maker.graph).map { $0.zipped(maker.inputs[0]!) { $0 / $1 } }) < 1e-12)
  }

  @Test func anOpThatTrainsOtherwiseHasNone() {
    var maker = GraphMaker(seed: 12)
    maker.returns(maker.call("exp.default", [maker.input([3, 4])]))
    #expect(BackwardPass(maker.graph) == nil)
    maker.graph.trainsAlike = true
    #expect(BackwardPass(maker.graph) != nil)
  }

  @Test func productsRoundingAndHalvesHaveNone() {
    var maker = GraphMaker(seed: 13)
    maker.graph.trainsAlike = true
    let x = maker.input([4, 4])
    maker.returns(maker.call("exp.default", [maker.call("mm.default", [x, x])]))
    #expect(BackwardPass(maker.graph) == nil)
    maker.returns(maker.call("exp.default", [maker.call("round.default", [x])]))
    #expect(BackwardPass(maker.graph) == nil)
    // PyTorch's own writes both halves where they belong; kernels' halves would have to be copied there.
    maker.returns(maker.call("glu.default", [x], [.integer(-1)], shape: [4, 2]))
    #expect(BackwardPass(maker.graph) == nil)
  }
}
