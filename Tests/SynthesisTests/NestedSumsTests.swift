import Testing

@testable import Synthesis

/// Weighted sums of sums, as one.
@Suite struct NestedSumsTests {
  typealias ValueID = TensorGraph.ValueID

  private static func sum(_ x: ValueID, _ dimension: Int, keeps: Bool, _ maker: inout GraphMaker) -> ValueID {
    var shape = maker.shape(x)
    if keeps { shape[dimension] = 1 } else { shape.remove(at: dimension) }
    let list = CallArgument.list([.integer(dimension)])
    return maker.call("sum.dim_IntList", [x], [list, .truth(keeps)], shape: shape)
  }

  /// Sums over one dimension after the other, with weights between them that broadcast.
  @Test func theNumbersStayTheSame() throws {
    var merged = 0
    for seed in 0..<300 {
      var random = RandomSource(seed: seed)
      var maker = GraphMaker(seed: seed)
      let shape = (0..<random.int(2...4)).map { _ in random.pick([1, 3, 8, 9]) }
      var x = maker.call("exp.default", [maker.input(shape)])
      for _ in 0..<random.int(2...3) where maker.shape(x).count > 0 {
        x = Self.sum(x, random.int(0...maker.shape(x).count - 1), keeps: random.chance(0.4), &maker)
        let weights = maker.shape(x).map { random.chance(0.3) ? 1 : $0 }
        let own = maker.input(Array(weights.suffix(random.int(0...weights.count))))
        if random.chance(0.8) {
          x = maker.call("mul.Tensor", random.chance(0.5) ? [x, own] : [own, x], shape: maker.shape(x))
        }
      }
      maker.returns(x)
      let lowered = maker.graph.lowered()
      let after = lowered.mergingNestedSums()
      if after.nodes.filter(\.operation.isReduction).count < lowered.nodes.filter(\.operation.isReduction).count {
        merged += 1
      }
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(after)) < 1e-12, "seed \(seed)")
    }
    #expect(merged > 30, "\(merged)")
  }

  @Test func theCentreOfAHeatMapIsOneKernel() throws {
    var maker = GraphMaker(seed: 1)
    let heat = maker.call("softmax.int", [maker.input([30, 9 * 40])], [.integer(-1)])
    let map = maker.call("view.default", [heat], [.list([30, 9, 40].map { .integer($0) })], shape: [30, 9, 40])
    let results = [2, 1].map { dimension in
      let share = Self.sum(map, dimension, keeps: false, &maker)
      let places = maker.input([maker.shape(share)[1]])
      return Self.sum(maker.call("mul.Tensor", [share, places]), 1, keeps: false, &maker)
    }
    maker.graph.outputs = results.map { .value($0) }
    maker.graph.structure = .tuple([.leaf(0), .leaf(1)])
    let lowered = maker.graph.lowered()
    #expect(FusionPartition(lowered).groups.count > 3)
    #expect(FusionPartition(lowered.mergingNestedSums()).groups.count == 1)
  }

  @Test func aSumThatIsNeededStays() {
    var maker = GraphMaker(seed: 2)
    let share = Self.sum(maker.input([30, 9, 40]), 2, keeps: false, &maker)
    let centre = Self.sum(maker.call("mul.Tensor", [share, maker.input([9])]), 1, keeps: false, &maker)
    maker.graph.outputs = [share, centre].map { .value($0) }
    maker.graph.structure = .tuple([.leaf(0), .leaf(1)])
    let lowered = maker.graph.lowered()
    #expect(lowered.mergingNestedSums().nodes.map(\.operation) == lowered.nodes.map(\.operation))
  }
}
