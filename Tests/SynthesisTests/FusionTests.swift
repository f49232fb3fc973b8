import Testing

@testable import Synthesis

/// Groups are as large as they can be, and their loops cover what the graph says.
@Suite struct FusionTests {
  /// A chain of random element-wise operations with broadcasting operands, and row operations in between.
  static func chain(seed: Int, prefix: String = "") -> (maker: GraphMaker, length: Int) {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed, prefix: prefix)
    let shape = (0..<random.int(2...4)).map { _ in random.int(2...4) }
    var value = maker.input(shape)
    let length = random.int(2...8)
    for step in 0..<length {
      switch random.int(0...6) {
      case 0: value = maker.call("\(random.pick(["gelu", "silu", "tanh", "relu"])).default", [value])
      case 1: value = maker.call("mul.Tensor", [value, maker.parameter("w\(step)", [shape.last!])])
      case 2: value = maker.call("add.Tensor", [maker.input(shape.dropLast() + [1]), value], shape: shape)
      case 3: value = maker.call("add.Tensor", [value, maker.input(shape)])
      case 4: value = maker.call("softmax.int", [value], [.integer(-1)])
      case 5:
        let mean = maker.call(
          "mean.dim", [value], [.list([.integer(-1)]), .truth(true)], shape: shape.dropLast() + [1])
        value = maker.call("sub.Tensor", [value, mean])
      default: value = maker.call("div.Tensor", [value], [.number(1.5)])
      }
    }
    maker.returns(value)
    return (maker, length)
  }

  @Test(arguments: 0..<80) func aChainIsOneKernel(_ seed: Int) throws {
    let (maker, _) = Self.chain(seed: seed)
    let lowered = maker.graph.lowered()
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
    let partition = FusionPartition(lowered)
    #expect(partition.groups.count == 1)
    #expect(partition.groups.first?.outputs.count == 1)
    let renamed = FusionPartition(Self.chain(seed: seed, prefix: "other_").maker.graph.lowered())
    #expect(partition.groups.map(\.dimensions) == renamed.groups.map(\.dimensions))
  }

  /// Of a norm's backward pass nothing is written but gradients and numbers of rows: the weight's and the bias's sums
  /// read again what the input's gradient is made of.
  @Test(arguments: [false, true]) func sumsInAnotherDirectionComputeTheirOwnOperands(_ isHeavy: Bool) throws {
    var maker = GraphMaker(seed: 1)
    maker.graph.trainsAlike = true
    let x = maker.input([96, 64])
    let (w, b) = (maker.parameter("w", [64]), maker.parameter("b", [64]))
    let norm = maker.add(
      .call(Call("aten.layer_norm.default", [.operand(0), .list([.integer(64)]), .operand(1), .operand(2)])),
      [x, w, b],
      TensorType(.float32, [96, 64]), "aten.layer_norm.default")
    maker.returns(isHeavy ? maker.call("gelu.default", [norm]) : norm)
    let pass = try #require(BackwardPass(maker.graph))
    let (graph, partition) = pass.fused
    #expect(partition.groups.count == 2)
    let written = partition.groups.flatMap(\.outputs).filter { graph.nodes[$0].type.count == 96 * 64 }
    // What went through the activation is dear, and written once; the input's gradient is the other one.
    #expect(written.count == (isHeavy ? 2 : 1))
    var arguments: [Int: DenseTensor] = [:]
    for case .input(let number) in pass.graph.nodes.map(\.operation) {
      guard case .tensor(_, let type) = pass.graph.arguments[number] else { continue }
      arguments[number] = maker.values(type.shape)
    }
    let plain = try Interpreter().run(pass.graph, arguments: arguments)
    #expect(relativeDifference(plain, try Interpreter().run(graph, arguments: arguments)) == 0)
  }

  @Test func channelOperandsBecomeOneNumberARow() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([2, 3, 4, 5])
    let scaled = maker.call("mul.Tensor", [x, maker.parameter("w", [3, 1, 1])])
    maker.returns(maker.call("relu.default", [scaled]))
    let group = try #require(FusionPartition(maker.graph.lowered()).groups.first)
    #expect(group.dimensions == [2, 3, 20])
    #expect(group.rowDimensions == 2)
    #expect(group.accesses.map(\.strides) == [[60, 20, 1], [0, 1, 0]])
  }

  @Test func plainElementwiseWorkIsOneLoop() throws {
    var maker = GraphMaker(seed: 0)
    let (x, y) = (maker.input([2, 3, 4]), maker.input([2, 3, 4]))
    maker.returns(maker.call("mul.Tensor", [maker.call("exp.default", [x]), y]))
    let group = try #require(FusionPartition(maker.graph.lowered()).groups.first)
    #expect(group.dimensions == [24])
  }

  @Test func aTransposedUseEndsAGroup() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([4, 4])
    let e = maker.call("exp.default", [x])
    let t = maker.call("transpose.int", [e], [.integer(0), .integer(1)], shape: [4, 4])
    maker.returns(maker.call("add.Tensor", [e, t]))
    let lowered = maker.graph.lowered()
    #expect(FusionPartition(lowered).groups.count == 2)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) == 0)
  }

  @Test func aLibraryCallBetweenDoesNotCloseACycle() throws {
    // exp → matmul → add with exp again: add must not join exp's group, which the product waits for.
    var maker = GraphMaker(seed: 0)
    let (x, w) = (maker.input([4, 4]), maker.parameter("w", [4, 4]))
    let e = maker.call("exp.default", [x])
    let product = maker.call("linear.default", [e, w], shape: [4, 4])
    maker.returns(maker.call("add.Tensor", [product, e]))
    #expect(FusionPartition(maker.graph.lowered()).groups.count == 2)
  }

  @Test func reductionsOverDifferentRowsAreDifferentKernels() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([3, 4, 5])
    let a = maker.call("softmax.int", [x], [.integer(-1)])
    maker.returns(maker.call("mean.dim", [a], [.list([.integer(1), .integer(2)])], shape: [3]))
    let partition = FusionPartition(maker.graph.lowered())
    #expect(partition.groups.map(\.columns).sorted() == [5, 20])
  }

  @Test func complexNumbersAreLeftAlone() {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([4], dtype: .complex64)
    maker.returns(maker.call("exp.default", [x], dtype: .complex64))
    let lowered = maker.graph.lowered()
    #expect(lowered.hasCalls)
    let request = SynthesisRequest(
      graph: maker.graph, opName: "f", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [])
    #expect(Synthesizer.findings(for: request).contains { $0.reason.contains("complex64") })
    #expect(Synthesizer.proposals(for: request, agent: "fusion").isEmpty)
  }

  @Test func aLargeMatrixProductIsLeftToTheLibrary() {
    var maker = GraphMaker(seed: 0)
    let x = maker.add(.input(0), [], TensorType(.float32, [2048, 2048]))
    let w = maker.add(.parameter(path: "w", kind: .parameter), [], TensorType(.float32, [2048, 2048]))
    maker.returns(maker.call("linear.default", [x, w], shape: [2048, 2048]))
    let request = SynthesisRequest(
      graph: maker.graph, opName: "f", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [])
    #expect(Synthesizer.findings(for: request).contains { $0.reason.contains("left to the library") })
    #expect(Synthesizer.proposals(for: request, agent: "fusion").isEmpty)
    #expect(Synthesizer.proposals(for: request, agent: "re-expression").isEmpty)
  }
}
