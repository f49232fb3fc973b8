import Foundation
import Testing

@testable import Synthesis

/// What is computed of tensors put together, as such results put together.
@Suite struct JoinsLastTests {
  typealias ValueID = TensorGraph.ValueID

  private static func cat(_ parts: [ValueID], _ dimension: Int, _ maker: inout GraphMaker) -> ValueID {
    var shape = maker.shape(parts[0])
    shape[dimension] = parts.reduce(0) { $0 + maker.shape($1)[dimension] }
    let list = CallArgument.list(parts.indices.map { .operand($0) })
    return maker.add(
      .call(Call("aten.cat.default", [list, .integer(dimension)])), parts, TensorType(.float32, shape))
  }

  /// Random parts put together, and a chain of operations on the whole with tensors that broadcast to it.
  private static func graph(seed: Int) -> GraphMaker {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    var shape = (0..<random.int(1...4)).map { _ in random.int(1...4) }
    shape[shape.count - 1] = 40
    let dimension = random.int(0...shape.count - 1)
    let extents = (0..<random.int(2...4)).map { _ in
      dimension == shape.count - 1 ? random.pick([1, 33, 40]) : random.int(1...3)
    }
    func parts(_ maker: inout GraphMaker, _ random: inout RandomSource) -> [ValueID] {
      extents.map { extent in
        var own = shape
        own[dimension] = extent
        let part = maker.input(own, range: 0.5...2)
        return random.chance(0.5) ? maker.call("exp.default", [part]) : part
      }
    }
    var value = cat(parts(&maker, &random), dimension, &maker)
    let whole = maker.shape(value)
    for _ in 0..<random.int(1...4) {
      let target = random.pick(["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "maximum.default"])
      let other: ValueID
      switch random.int(0...4) {
      case 0: other = cat(parts(&maker, &random), dimension, &maker)
      case 1: other = maker.call("abs.default", [maker.input(whole, range: 0.5...2)])
      case 2: other = maker.parameter("w\(maker.graph.nodes.count)", whole.map { random.chance(0.5) ? 1 : $0 })
      case 3: other = maker.input(Array(whole.suffix(random.int(0...whole.count))), range: 0.5...2)
      default:
        value = maker.call("tanh.default", [value])
        continue
      }
      value = maker.call(target, random.chance(0.5) ? [value, other] : [other, value], shape: whole)
    }
    maker.returns(value)
    return maker
  }

  @Test(arguments: 0..<40) func chainsOfTheWholeAreChainsOfItsParts(seed: Int) throws {
    let maker = Self.graph(seed: seed)
    let taken = maker.graph.lowered().takingJoinsLast()
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(taken)) < 1e-12)
  }

  @Test func thereAreChainsOfParts() {
    // What is returned is put together last.
    let last = (0..<40).count { seed in
      let lowered = Self.graph(seed: seed).graph.lowered().takingJoinsLast()
      guard let id = lowered.returned.first, case .call(let call) = lowered.nodes[id].operation else { return false }
      return call.name == "cat"
    }
    #expect(last > 25, "\(last)")
  }

  /// The mask comes first, begins elsewhere in its rows than the values do in theirs, and is not what vectors are aligned to.
  @Test func vectorsAreAlignedToTheResultThatGoesPastTheCaches() {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([10000, 150])
    let mask = maker.call("gt.Scalar", [x], [.number(0)], dtype: .bool)
    let value = maker.call(
      "where.self", [mask, x, maker.call("mul.Tensor", [x], [.number(0.1)])], shape: [10000, 150])
    let whole = Self.cat([value, maker.input([10000, 50])], 1, &maker)
    maker.graph.outputs = [whole, mask].map { .value($0) }
    maker.graph.structure = .tuple(maker.graph.outputs.indices.map { .leaf($0) })
    let text = JoinTests.block(maker.graph, cacheBytes: [256, 1024, 4096])
    let streamed = text.components(separatedBy: "stream(r").last?.prefix { $0.isNumber } ?? "none"
    #expect(text.contains("aligned_sweep<1>(r\(streamed),") || text.contains("aligned_sweep<2>(r\(streamed),"))
  }

  /// x · c + cat(−x₂, x₁) · s, as in rotary position embeddings.
  @Test func theHalvesOfARotationAreComputedInOneKernel() {
    var maker = GraphMaker(seed: 0)
    let shape = [2, 30, 128]
    let (x, c, s) = (maker.input(shape), maker.input(Array(shape.dropFirst())), maker.input(Array(shape.dropFirst())))
    func half(_ start: Int, _ maker: inout GraphMaker) -> ValueID {
      maker.call(
        "slice.Tensor", [x], [.integer(2), .integer(start), .integer(start + 64)], shape: [2, 30, 64])
    }
    let (first, second) = (half(0, &maker), half(64, &maker))
    let turned = Self.cat([maker.call("neg.default", [second]), first], 2, &maker)
    let products = (maker.call("mul.Tensor", [x, c]), maker.call("mul.Tensor", [turned, s]))
    maker.returns(maker.call("add.Tensor", [products.0, products.1]))
    let text = JoinTests.block(maker.graph)
    #expect(text.components(separatedBy: "extern \"C\"").count == 2)
    #expect(!text.contains("torch.cat(") && !text.contains(".copy_("))
  }

  @Test("a view that shows one part is a view of that part, but not where it is returned", arguments: [0, 1, 2])
  func views(form: Int) throws {
    var maker = GraphMaker(seed: 1)
    let whole = Self.cat([maker.input([3, 5]), maker.input([3, 7])], 1, &maker)
    let start = form == 0 ? 4 : 5
    let view = maker.call(
      "slice.Tensor", [whole], [.integer(1), .integer(start), .integer(11)], shape: [3, 11 - start])
    maker.returns(form == 1 ? view : maker.call("mul.Tensor", [view], [.number(3)]))
    let taken = maker.graph.lowered().takingJoinsLast()
    #expect(taken.hasCalls == (form != 2))
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(taken)) < 1e-12)
  }
}
