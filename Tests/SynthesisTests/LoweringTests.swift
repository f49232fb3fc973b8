import Testing

@testable import Synthesis

/// Lowerings give the numbers that PyTorch's documentation defines, whatever the shape.
@Suite struct LoweringTests {
  static let unary: [String] = [
    "neg", "abs", "exp", "tanh", "erf", "relu", "sigmoid", "silu", "mish", "softplus", "hardswish", "hardsigmoid",
    "log_sigmoid", "relu6", "leaky_relu", "elu", "gelu", "hardtanh", "clone",
  ]

  static func randomShape(_ random: inout RandomSource) -> [Int] {
    (0..<random.int(1...4)).map { _ in random.int(1...5) }
  }

  @Test(arguments: unary) func activation(_ name: String) throws {
    for seed in 0..<8 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(Self.randomShape(&random), range: -4...4)
      maker.returns(maker.call("\(name).default", [x]))
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls, "aten.\(name) stays a call")
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    }
  }

  @Test func geluByTanh() throws {
    var maker = GraphMaker(seed: 1)
    let x = maker.input([3, 7], range: -5...5)
    maker.returns(maker.call("gelu.default", [x], keywords: ["approximate": .string("tanh")]))
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(maker.graph.lowered())) < 1e-12)
  }

  @Test(arguments: [false, true]) func tanhPlusOneIsASigmoidUnlessTanhIsNeeded(_ isNeeded: Bool) throws {
    var maker = GraphMaker(seed: 0)
    let tanh = maker.call("tanh.default", [maker.input([3, 7], range: -5...5)])
    let sum = maker.call("add.Tensor", [tanh], [.number(1)])
    maker.returns(isNeeded ? maker.call("mul.Tensor", [sum, tanh]) : sum)
    let taken = maker.graph.lowered().takingTanhPlusOneAsSigmoid()
    #expect(taken.nodes.contains { $0.operation == .elementwise(.tanh) } == isNeeded)
    #expect(taken.nodes.contains { $0.operation == .elementwise(.sigmoid) } != isNeeded)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(taken)) < 1e-12)
  }

  @Test(arguments: [nil, 20, 25, 3] as [Double?])
  func tanhOfSoftplusIsARatioWhereItIsOneBeforeTheThreshold(_ threshold: Double?) throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([3, 70], range: -30...30)
    let softplus =
      threshold.map { maker.call("softplus.default", [x], [.number(1), .number($0)]) }
      ?? maker.add(.elementwise(.log1p), [maker.call("exp.default", [x])], TensorType(.float32, [3, 70]))
    maker.returns(maker.call("tanh.default", [softplus]))
    let taken = maker.graph.lowered().takingTanhOfSoftplusAsRatio()
    #expect(taken.nodes.contains { $0.operation == .elementwise(.tanh) } == (threshold == 3))
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(taken)) < 1e-12)
  }

  @Test(arguments: ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "maximum.default", "minimum.default"])
  func broadcasting(_ target: String) throws {
    for seed in 0..<16 {
      var random = RandomSource(seed: seed)
      let shape = Self.randomShape(&random)
      // The other operand lacks leading dimensions and has ones where it likes.
      let other = shape.dropFirst(random.int(0...shape.count)).map { random.chance(0.4) ? 1 : $0 }
      var maker = GraphMaker(seed: seed)
      let (a, b) = (maker.input(shape), maker.input(Array(other), range: 0.5...2))
      maker.returns(random.chance(0.5) ? maker.call(target, [a, b]) : maker.call(target, [b, a]))
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    }
  }

  @Test(arguments: [
    "sum.dim_IntList", "mean.dim", "amax.default", "amin.default", "logsumexp.default", "var.correction",
    "std.correction",
  ])
  func reductionOverTrailingDimensions(_ target: String) throws {
    for seed in 0..<16 {
      var random = RandomSource(seed: seed)
      let shape = Self.randomShape(&random).map { $0 + 1 }
      let count = random.int(1...shape.count)
      let keeps = random.chance(0.5)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(shape)
      let leading = Array(shape.dropLast(count))
      let result = keeps ? leading + [Int](repeating: 1, count: count) : leading
      let dimensions = CallArgument.list((1...count).map { .integer(random.chance(0.5) ? -$0 : shape.count - $0) })
      let y =
        target.hasSuffix("correction")
        ? maker.call(
          target, [x], [dimensions], keywords: ["correction": .integer(1), "keepdim": .truth(keeps)], shape: result)
        : maker.call(target, [x], [dimensions, .truth(keeps)], shape: result)
      maker.returns(y)
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    }
  }

  @Test(arguments: ["softmax.int", "log_softmax.int"]) func softmaxFamily(_ target: String) throws {
    for seed in 0..<8 {
      var random = RandomSource(seed: seed)
      let shape = Self.randomShape(&random)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(shape)
      maker.returns(maker.call(target, [x], [.integer(-1)]))
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    }
  }

  @Test func normalisations() throws {
    for seed in 0..<8 {
      var random = RandomSource(seed: seed)
      let (batch, groups, inside) = (random.int(1...3), random.int(1...3), random.int(1...3))
      let channels = groups * inside
      let spatial = (0..<random.int(1...3)).map { _ in random.int(2...4) }
      var maker = GraphMaker(seed: seed)
      let x = maker.input([batch, channels] + spatial)
      let w = maker.parameter("w", [channels])
      let b = maker.parameter("b", [channels])
      let mean = maker.parameter("mean", [channels])
      let variance = maker.parameter("variance", [channels], range: 0.2...2)
      let v = maker.parameter("v", [spatial.last ?? 1])
      let group = maker.add(
        .call(
          Call("aten.group_norm.default", [.operand(0), .integer(groups), .operand(1), .operand(2), .number(1e-3)])),
        [x, w, b], TensorType(.float32, maker.shape(x)))
      let batchNorm = maker.call(
        "batch_norm.default", [x, w, b, mean, variance], [.truth(false), .number(0.1), .number(1e-3), .truth(true)],
        shape: maker.shape(x))
      let layer = maker.add(
        .call(
          Call(
            "aten.layer_norm.default",
            [.operand(0), .list([.integer(spatial.last ?? 1)]), .operand(1), .operand(1), .number(1e-3)])),
        [x, v], TensorType(.float32, maker.shape(x)))
      let rms = maker.add(
        .call(
          Call(
            "aten.rms_norm.default", [.operand(0), .list([.integer(spatial.last ?? 1)]), .operand(1), .number(1e-3)])),
        [x, v], TensorType(.float32, maker.shape(x)))
      maker.returns(group, batchNorm, layer, rms)
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-11)
    }
  }

  @Test func batchNormalisationInTrainingModeStaysACall() {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([2, 3])
    let (mean, variance) = (maker.parameter("m", [3]), maker.parameter("v", [3]))
    let call = Call(
      "aten.batch_norm.default",
      [.operand(0), .none, .none, .operand(1), .operand(2), .truth(true), .number(0.1), .number(1e-5), .truth(true)])
    maker.returns(maker.add(.call(call), [x, mean, variance], TensorType(.float32, [2, 3])))
    #expect(maker.graph.lowered().hasCalls)
  }

  @Test func randomViews() throws {
    for seed in 0..<60 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      var value = maker.input((0..<3).map { _ in random.int(1...4) * 2 })
      for _ in 0..<random.int(1...5) {
        let shape = maker.shape(value)
        switch random.int(0...4) {
        case 0:
          var order = Array(shape.indices)
          order.shuffle(using: &random)
          value = maker.call(
            "permute.default", [value], [.list(order.map { .integer($0) })], shape: order.map { shape[$0] })
        case 1:
          let flat = [shape[0], shape.dropFirst().reduce(1, *)]
          value = maker.call("reshape.default", [value], [.list(flat.map { .integer($0) })], shape: flat)
        case 2:
          let wide = [2] + shape
          value = maker.call("expand.default", [value], [.list(wide.map { .integer($0) })], shape: wide)
        case 3 where shape.last ?? 1 > 1:
          let parts = maker.call(
            "chunk.default", [value], [.integer(2), .integer(-1)],
            shape: shape.dropLast() + [((shape.last ?? 1) + 1) / 2])
          value = maker.add(.element(0), [parts], graphType(maker, parts))
        default:
          value = maker.call("neg.default", [value])
        }
      }
      maker.returns(value)
      let lowered = maker.graph.lowered()
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) == 0, "seed \(seed)")
    }
  }

  @Test func diagonalsAreViews() throws {
    for seed in 0..<60 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      let shape = (0..<random.int(2...4)).map { _ in random.int(2...5) }
      let (first, second) = (random.int(0...shape.count - 1), random.int(1...shape.count - 1))
      let other = (first + second) % shape.count
      let offset = random.int(1 - shape[first]...shape[other] - 1)
      let length = min(shape[first] + min(offset, 0), shape[other] - max(offset, 0))
      let kept = shape.indices.filter { $0 != first && $0 != other }.map { shape[$0] }
      let arguments: [CallArgument] = [.integer(offset), .integer(first - shape.count), .integer(other)]
      let x = maker.input(shape)
      let diagonal = maker.call("diagonal.default", [x], arguments, shape: kept + [length])
      maker.returns(maker.call("neg.default", [diagonal]))
      let lowered = maker.graph.lowered()
      #expect(!lowered.hasCalls)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) == 0, "seed \(seed)")
    }
  }

  @Test func whatTakesNothingButAShapeIsMadeOnce() throws {
    for (name, value) in [("zeros_like", 0.0), ("new_ones", 1.0)] {
      var maker = GraphMaker(seed: 1)
      let x = maker.input([3, 4])
      let arguments: [CallArgument] = name == "new_ones" ? [.list([.integer(3), .integer(4)])] : []
      let like = maker.call("\(name).default", [x], arguments, shape: [3, 4])
      maker.returns(maker.call("add.Tensor", [x, like]))
      let lowered = maker.graph.lowered()
      #expect(lowered.isPrepared.filter { $0 }.count == 1, "\(name)")
      #expect(try maker.run(lowered)[0].values == maker.inputs[0]?.values.map { $0 + value })
    }
  }

  private func graphType(_ maker: GraphMaker, _ id: Int) -> TensorType { maker.graph.nodes[id].type }
}

extension TensorGraph {
  var hasCalls: Bool { nodes.contains { if case .call = $0.operation { true } else { false } } }
}
