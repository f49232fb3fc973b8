import Foundation
import Testing

@testable import Synthesis

/// What happens to types on the way from PyTorch's calls to one kernel: where numbers are widened, where they are rounded
/// and where they need not be.
@Suite struct HalfLoweringTests {
  private static let types: [ElementType] = [.bfloat16, .float16]

  private static func kernels(_ maker: GraphMaker) -> [KernelText] {
    let lowered = maker.graph.lowered()
    return CallSequence(
      lowered, FusionPartition(lowered), schedule: Schedule(vectorBits: 512), threads: 2, prefix: "k"
    ).kernels
  }

  @Test(arguments: types) func aChainIsOneKernelThatRoundsOnce(_ dtype: ElementType) throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([64, 100], dtype: dtype)
    let w = maker.parameter("w", [100], dtype: dtype)
    let scaled = maker.call("mul.Tensor", [x, w], dtype: dtype)
    let y = maker.call("silu.default", [scaled], dtype: dtype)
    maker.returns(maker.call("softmax.int", [y], [.integer(-1)], dtype: dtype))
    let lowered = maker.graph.lowered()
    #expect(!lowered.hasCalls)
    let groups = FusionPartition(lowered).groups
    #expect(groups.count == 1)
    let group = try #require(groups.first)
    // Read and written in half precision, the weight as well, which is broadcast; computed in float32.
    #expect(group.dtype == .float32)
    #expect(group.inputs.map { lowered.nodes[$0].type.dtype } == [dtype, dtype])
    #expect(group.outputs.map { lowered.nodes[$0].type.dtype } == [dtype])
    let text = try #require(Self.kernels(maker).first)
    #expect(!text.text.contains("as_\(dtype.rawValue)"))
    #expect(text.text.contains("const \(dtype.rawValue)* in0"))
  }

  @Test(arguments: types) func aCastThatTheOpAsksForRounds(_ dtype: ElementType) throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([64, 100])
    let low = maker.call(
      "_to_copy.default", [x], keywords: ["dtype": .dtype(dtype)], dtype: dtype)
    let back = maker.call("to.dtype", [low], [.dtype(.float32)])
    maker.returns(maker.call("sub.Tensor", [x, back]))
    let kernels = Self.kernels(maker)
    #expect(kernels.count == 1)
    #expect(kernels.first?.text.contains("as_\(dtype.rawValue)(") == true)
  }

  @Test(arguments: types) func whatDecidesAboutPositionsIsRoundedLikeTheOriginal(_ dtype: ElementType) {
    for isPosition in [true, false] {
      var maker = GraphMaker(seed: 0)
      let x = maker.input([64, 100], dtype: dtype)
      let y = maker.call("tanh.default", [x], dtype: dtype)
      let z = maker.call("mul.Scalar", [y], [.number(0.3)], dtype: dtype)
      maker.returns(
        isPosition
          ? maker.call("argmax.default", [z], [.integer(-1)], shape: [64], dtype: .int64)
          : maker.call("amax.default", [z], [.list([.integer(-1)])], shape: [64], dtype: dtype))
      let rounded = Self.kernels(maker).first?.text.components(separatedBy: "as_\(dtype.rawValue)(").count
      #expect(rounded == (isPosition ? 3 : 1))
    }
  }

  @Test func comparisonsAreWithTheNumberThatTheTypeHas() throws {
    for (dtype, nearest) in [(ElementType.bfloat16, 0.10009765625), (.float16, 0.0999755859375), (.float32, 0.1)] {
      var maker = GraphMaker(seed: 0)
      let x = maker.input([8], dtype: dtype)
      maker.returns(maker.call("gt.Scalar", [x], [.number(0.1)], dtype: .bool))
      let scalars = maker.graph.lowered().nodes.compactMap { node in
        if case .scalar(let value) = node.operation { value } else { nil }
      }
      #expect(scalars == [nearest])
    }
    // The same where the number is a tensor without dimensions.
    var maker = GraphMaker(seed: 0)
    let (x, bound) = (maker.input([8], dtype: .bfloat16), maker.input([]))
    maker.returns(maker.call("gt.Tensor", [x, bound], shape: [8], dtype: .bool))
    #expect(maker.graph.lowered().nodes.contains { $0.type == TensorType(.bfloat16, []) })
  }

  @Test func arithmeticInTwoPrecisionsIsTwoKernels() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([64, 100], dtype: .bfloat16)
    let y = maker.call("exp.default", [x], dtype: .bfloat16)
    let wide = maker.call("to.dtype", [y], [.dtype(.float64)], dtype: .float64)
    maker.returns(maker.call("exp.default", [wide], dtype: .float64))
    let lowered = maker.graph.lowered()
    let groups = FusionPartition(lowered).groups
    #expect(groups.map(\.dtype).sorted { $0.size < $1.size } == [.float32, .float64])
    // What lies between is stored as PyTorch has it, and widened by the second.
    #expect(groups.map { lowered.nodes[$0.outputs[0]].type.dtype }.contains(.bfloat16))
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-12)
  }

  @Test func wholeNumbersAreComparedAsTheyAre() throws {
    var maker = GraphMaker(seed: 0)
    let (scores, ids) = (maker.input([64, 100]), maker.input([64, 100], dtype: .int64))
    let mask = maker.call("eq.Scalar", [ids], [.integer(1 << 40)], dtype: .bool)
    let filled = maker.call("masked_fill.Scalar", [scores, mask], [.number(0)])
    maker.returns(filled)
    let kernels = Self.kernels(maker)
    #expect(kernels.count == 1)
    #expect(kernels.first?.text.contains("load_whole(a0 + j, n) == (longs{} + 1099511627776)") == true)
    // A number that the type doesn't have means another one to PyTorch.
    var other = GraphMaker(seed: 0)
    let bytes = other.input([64], dtype: .uint8)
    other.returns(other.call("eq.Scalar", [bytes], [.integer(-1)], dtype: .bool))
    #expect(other.graph.lowered().hasCalls)
  }

  @Test(arguments: 0..<40) func randomChainsKeepTheNumbers(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    let shape = [random.int(2...4), random.int(2...9)]
    var dtype = random.pick(Self.types)
    var value = maker.input(shape, dtype: dtype)
    for _ in 0..<random.int(2...6) {
      switch random.int(0...4) {
      case 0: value = maker.call(random.pick(["tanh.default", "silu.default", "abs.default"]), [value], dtype: dtype)
      case 1:
        let other = random.pick(Self.types + [.float32])
        let result = other == dtype ? dtype : .float32
        let operand = maker.input(random.chance(0.5) ? shape : [shape[1]], dtype: other)
        value = maker.call("add.Tensor", [value, operand], shape: shape, dtype: result)
        dtype = result
      case 2:
        dtype = random.pick(Self.types + [.float32, .float64].filter { $0 != dtype })
        value = maker.call("to.dtype", [value], [.dtype(dtype)], dtype: dtype)
      case 3: value = maker.call("softmax.int", [value], [.integer(-1)], dtype: dtype)
      default:
        value = maker.call("layer_norm.default", [value], [.list([.integer(shape[1])])], dtype: dtype)
      }
    }
    maker.returns(value)
    let lowered = maker.graph.lowered()
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(lowered)) < 1e-9)
    #expect(lowered.nodes[lowered.nodes.count - 1].type == TensorType(dtype, shape))
  }

  @Test func typesKnowWhatTheyHold() {
    let floats: [ElementType] = [.bfloat16, .float16, .float32, .float64]
    for (a, b) in [(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
      #expect(floats[a].isExact(in: floats[b]) && !floats[b].isExact(in: floats[a]))
    }
    #expect(!floats[0].isExact(in: floats[1]) && !floats[1].isExact(in: floats[0]))
    #expect(ElementType.int16.isExact(in: .float32) && !ElementType.int32.isExact(in: .float32))
    #expect(ElementType.uint8.isExact(in: .bfloat16) && !ElementType.int16.isExact(in: .bfloat16))
    for (value, half, brain) in [
      (65519, 65504, 65536), (65520, .infinity, 65536), (1e-8, 0, 1.0011717677116394e-08),
      (0x1p-25, 0, 0x1p-25), (0x1.8p-25, 0x1p-24, 0x1.8p-25), (-3e38, -.infinity, -0x1.c4p127),
      (1.00390625, 1.00390625, 1), (1.01171875, 1.01171875, 1.015625),
    ] as [(Double, Double, Double)] {
      #expect(ElementType.float16.rounded(value) == half)
      #expect(ElementType.bfloat16.rounded(value) == brain)
    }
  }
}
