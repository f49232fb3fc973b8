import Testing

@testable import Synthesis

/// Ops that are the same work have the same description, whatever they are called; others have another one.
@Suite struct GraphDescriptionTests {
  private static func softmax(
    _ shape: [Int], prefix: String = "", scale: Double = 0.25, dimension: Int = -1, scalesFirst: Bool = true
  ) -> GraphDescription {
    var maker = GraphMaker(seed: 1, prefix: prefix)
    let x = maker.input(shape)
    // Two statements that don't depend on each other, in either order.
    var scaled = x
    if scalesFirst { scaled = maker.call("mul.Tensor", [x], [.number(scale)]) }
    let bias = maker.call("exp.default", [maker.parameter("b", [shape.last ?? 1])])
    if !scalesFirst { scaled = maker.call("mul.Tensor", [x], [.number(scale)]) }
    let sum = maker.call("add.Tensor", [scaled, bias])
    maker.returns(maker.call("softmax.int", [sum], [.integer(dimension)]))
    return GraphDescription(maker.graph.lowered())
  }

  @Test func namesAndTheOrderOfStatementsMeanNothing() {
    let description = Self.softmax([64, 1024])
    #expect(Self.softmax([64, 1024], prefix: "other_") == description)
    #expect(Self.softmax([64, 1024], scalesFirst: false) == description)
    #expect(!description.exact.contains("x0") && !description.structure.contains("softmax"))
  }

  @Test func nearExtentsAndOtherNumbersAreSimilarAndNotTheSame() throws {
    let description = Self.softmax([64, 1024])
    var last = -1.0
    for other in [
      Self.softmax([64, 1024], scale: 2), Self.softmax([64, 1000]), Self.softmax([80, 1300]), Self.softmax([128, 600]),
    ] {
      #expect(other.structure == description.structure)
      #expect(other.exact != description.exact)
      let distance = try #require(GraphDescription.distance(other.extents, description.extents))
      #expect(GraphDescription.distance(description.extents, other.extents) == distance)
      #expect(distance > last)
      last = distance
    }
  }

  @Test func otherExtentsRanksAndOperationsAreNotSimilar() {
    let all = [
      Self.softmax([64, 1024]), Self.softmax([1, 1024]), Self.softmax([8, 8, 1024]),
      Self.softmax([64, 1024], dimension: 0),
    ]
    #expect(Set(all.map(\.structure)).count == all.count)
    for other in [Self.softmax([64, 2049]), Self.softmax([31, 1024])] {
      #expect(GraphDescription.distance(all[0].extents, other.extents) == nil)
    }
  }

  @Test(arguments: 0..<40) func aRandomChainIsKnownAgainUnderOtherNames(_ seed: Int) {
    let description = GraphDescription(FusionTests.chain(seed: seed).maker.graph.lowered())
    #expect(GraphDescription(FusionTests.chain(seed: seed, prefix: "p_").maker.graph.lowered()) == description)
    #expect(GraphDescription(FusionTests.chain(seed: seed + 1000).maker.graph.lowered()).exact != description.exact)
  }

  @Test func convolutionsWithOtherStridesAreNotSimilar() {
    func convolution(_ stride: Int, _ extent: Int) -> String {
      var maker = GraphMaker(seed: 1)
      let x = maker.input([2, 16, extent, extent])
      let weight = maker.parameter("w", [32, 16, 3, 3])
      let pairs = [[stride, stride], [1, 1], [1, 1]].map { CallArgument.list($0.map { .integer($0) }) }
      let result = (extent - 1) / stride + 1
      maker.returns(
        maker.call("conv2d.default", [x, weight], [.none] + pairs + [.integer(1)], shape: [2, 32, result, result]))
      return GraphDescription(maker.graph.lowered()).structure
    }
    #expect(convolution(1, 32) == convolution(1, 30))
    #expect(convolution(1, 32) != convolution(2, 63))
  }

  @Test(arguments: 0..<60) func traitsTellTheSchedulesOfAnOpApart(_ seed: Int) {
    var random = RandomSource(seed: seed)
    func traits(_ factor: Int) -> ScheduleSpace.Traits {
      let bytes = factor << random.int(10...25)
      return ScheduleSpace.Traits(
        outputBytes: bytes, movedBytes: bytes * random.int(1...4), hasIntermediates: random.chance(0.5),
        isHeavy: random.chance(0.5), windowSize: random.int(0...40), rows: factor * random.int(1...5000))
    }
    let schedules = ScheduleSpace.schedules(
      traits(1), vectorBits: random.pick([128, 256, 512]), cacheBytes: [32 << 10, 1 << 20])
    #expect(Set(schedules.map(\.traits)).count == schedules.count)
  }

  @Test func traitsAreTheSameForMoreRows() {
    let schedules = [3000, 4000].map { rows in
      ScheduleSpace.schedules(
        .init(
          outputBytes: rows * 4096, movedBytes: rows * 16384, hasIntermediates: true, isHeavy: true, windowSize: 0,
          rows: rows),
        vectorBits: 512, cacheBytes: [32 << 10, 1 << 20])
    }
    #expect(schedules[0] != schedules[1])
    #expect(schedules[0].map(\.traits) == schedules[1].map(\.traits))
  }

  @Test(arguments: [(8, false), (16, false), (40, true)])
  func whatTheCachesCannotHoldGoesPastThemFirst(_ megabytes: Int, _ isFirst: Bool) throws {
    let schedules = ScheduleSpace.schedules(
      .init(
        outputBytes: megabytes << 19, movedBytes: megabytes << 20, hasIntermediates: false, isHeavy: false,
        windowSize: 0, rows: 1),
      vectorBits: 512, cacheBytes: [32 << 10, 1 << 20, 32 << 20])
    #expect(schedules.first?.streams == isFirst)
    #expect(schedules.contains { $0.streams != isFirst })
  }
}
