import Foundation
import Testing

@testable import Synthesis

/// Reductions over any dimensions: their meaning, their kernels' loops, and what the kernels give.
@Suite struct ColumnTests {
  /// A random shape and some of its dimensions.
  private static func draw(_ random: inout RandomSource) -> (shape: [Int], dimensions: [Int]) {
    let shape = (0..<random.int(1...4)).map { _ in random.int(2...3) } + [random.pick([2, 8, 9, 12])]
    var dimensions = Array(shape.indices).filter { _ in random.chance(0.4) }
    if dimensions.isEmpty { dimensions = [random.int(0...shape.count - 1)] }
    return (shape, dimensions)
  }

  private static func result(_ shape: [Int], _ dimensions: [Int], keeps: Bool) -> [Int] {
    shape.indices.filter { keeps || !dimensions.contains($0) }.map { dimensions.contains($0) ? 1 : shape[$0] }
  }

  @Test(arguments: ["sum.dim_IntList", "mean.dim", "amax.default", "amin.default", "logsumexp.default"])
  func reductionsMeanTheSame(_ target: String) throws {
    var lowered = 0
    for seed in 0..<60 {
      var random = RandomSource(seed: seed)
      let (shape, dimensions) = Self.draw(&random)
      let keeps = random.chance(0.5)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(shape)
      let list = CallArgument.list(dimensions.map { .integer(random.chance(0.5) ? $0 : $0 - shape.count) })
      maker.returns(
        maker.call(target, [x], [list, .truth(keeps)], shape: Self.result(shape, dimensions, keeps: keeps)))
      let graph = maker.graph.lowered()
      if !graph.hasCalls { lowered += 1 }
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(graph)) < 1e-12, "seed \(seed)")
    }
    #expect(lowered > 40)
  }

  @Test(arguments: ["softmax.int", "log_softmax.int"]) func softmaxOverAnyDimension(_ target: String) throws {
    for seed in 0..<24 {
      var random = RandomSource(seed: seed)
      let (shape, dimensions) = Self.draw(&random)
      var maker = GraphMaker(seed: seed)
      let x = maker.input(shape)
      maker.returns(maker.call(target, [x], [.integer(dimensions[0])]))
      let graph = maker.graph.lowered()
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(graph)) < 1e-12, "seed \(seed)")
      if !graph.hasCalls { #expect(FusionPartition(graph).groups.count == 1) }
    }
  }

  @Test func aSumOverTheBatchAndTheImageIsTwoReductions() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([3, 9, 2, 5])
    maker.returns(maker.call("sum.dim_IntList", [x], [.list([.integer(0), .integer(2), .integer(3)])], shape: [9]))
    let graph = maker.graph.lowered()
    #expect(graph.nodes.filter { $0.operation.isReduction }.count == 2)
    #expect(relativeDifference(try maker.run(maker.graph), try maker.run(graph)) < 1e-12)
  }

  @Test func narrowColumnsStayACall() throws {
    var maker = GraphMaker(seed: 3)
    let x = maker.input([3, 4])
    maker.returns(maker.call("sum.dim_IntList", [x], [.list([.integer(0)])], shape: [4]))
    #expect(maker.graph.lowered().hasCalls)
  }

  @Test func theDomainIsOuterTimesReducedTimesInner() throws {
    var maker = GraphMaker(seed: 0)
    let x = maker.input([2, 3, 4, 8])
    let scaled = maker.call("mul.Tensor", [x, maker.input([1, 3, 1, 1])])
    let mean = maker.call("mean.dim", [scaled], [.list([.integer(1)]), .truth(true)], shape: [2, 1, 4, 8])
    let shifted = maker.call("add.Tensor", [mean, maker.input([4, 8])], shape: [2, 1, 4, 8])
    maker.returns(maker.call("sub.Tensor", [scaled, shifted]))
    let groups = FusionPartition(maker.graph.lowered()).groups
    #expect(groups.count == 1)
    let group = try #require(groups.first)
    #expect(group.dimensions == [2, 3, 32])
    #expect((group.rowDimensions, group.innerDimensions) == (1, 1))
    #expect(group.accesses.map(\.strides) == [[96, 32, 1], [0, 1, 0], [0, 0, 1]])
  }

  @Test(arguments: ["argmax.default", "argmin.default"]) func positionsAreOfTheFirst(_ target: String) throws {
    for (values, first) in [
      ([1, 3, 3, 2, 1, 1.0], [1, 0]), ([2, .nan, 9, .nan, -9, 0], [1, 1]), ([0, 0, 0, 0, 0, 0], [0, 0]),
    ] as [([Double], [Double])] {
      for isColumn in [false, true] {
        var maker = GraphMaker(seed: 0)
        let shape = isColumn ? [6, 8] : [8, 6]
        let x = maker.input(shape)
        maker.inputs[0] = DenseTensor(
          shape, (0..<48).map { values[isColumn ? $0 / 8 : $0 % 6] })
        maker.returns(maker.call(target, [x], [.integer(isColumn ? 0 : 1)], shape: [8], dtype: .int64))
        let lowered = maker.graph.lowered()
        #expect(!lowered.hasCalls)
        let expected = first[target.hasPrefix("argmax") ? 0 : 1]
        #expect(try maker.run(lowered)[0].values == [Double](repeating: expected, count: 8))
      }
    }
  }

  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason), arguments: [512, 256])
  func randomColumnsGiveTheOriginalsValues(bits: Int) async throws {
    let scratch = try CandidateTests.Scratch()
    let file = TestPython.folder.appendingPathComponent("Python/column_models.py")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (name, graph) in try await CandidateTests.Captures.capture("column_models.py") {
      // Narrow vectors for a part of them.
      if bits == 256, !name.hasSuffix("2") { continue }
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "fusion")
      try scratch.writeEnds(of: proposals, as: name, original: text)
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason), arguments: [512, 128])
  func randomNarrowRowsGiveTheOriginalsValues(bits: Int) async throws {
    let scratch = try CandidateTests.Scratch()
    let file = TestPython.folder.appendingPathComponent("Python/narrow_models.py")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (name, graph) in try await CandidateTests.Captures.capture("narrow_models.py") {
      if bits == 128, !name.hasSuffix("2") { continue }
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: bits, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposal = try #require(Synthesizer.proposals(for: request, agent: "fusion").first, "\(name)")
      #expect(Synthesizer.findings(for: request).isEmpty, "\(name)")
      try scratch.write(proposal.block, as: "\(name).0.py", original: text)
    }
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func narrowRowsAreTakenApartUnlessTheirElementsAreNeeded() {
    for isNeeded in [false, true] {
      var maker = GraphMaker(seed: 1)
      let x = maker.input([1000, 6])
      let square = maker.call("mul.Tensor", [x, x])
      let sum = maker.call("sum.dim_IntList", [square], [.list([.integer(1)])], shape: [1000])
      maker.graph.outputs = (isNeeded ? [sum, square] : [sum]).map { .value($0) }
      maker.graph.structure = .tuple(isNeeded ? [.leaf(0), .leaf(1)] : [.leaf(0)])
      let lowered = maker.graph.lowered()
      let apart = lowered.takingNarrowRowsApart()
      #expect(lowered.nodes.contains { $0.operation.isReduction })
      #expect(apart.nodes.contains { $0.operation.isReduction } == isNeeded)
    }
  }

  @Test(arguments: [false, true]) func pairedRowsAreTurnedUnlessTheirElementsAreNeeded(_ isUsed: Bool) throws {
    for isNeeded in [false, true] {
      var maker = GraphMaker(seed: 2)
      let (points, centres) = (maker.input([40, 1, 20]), maker.input([1, 50, 20]))
      let difference = maker.call("sub.Tensor", [points, centres], shape: [40, 50, 20])
      let square = maker.call("mul.Tensor", [difference, difference], shape: [40, 50, 20])
      var result = maker.call("sum.dim_IntList", [square], [.list([.integer(2)])], shape: [40, 50])
      if isUsed { result = maker.call("relu.default", [result], shape: [40, 50]) }
      maker.graph.outputs = (isNeeded ? [result, square] : [result]).map { .value($0) }
      maker.graph.structure = .tuple(isNeeded ? [.leaf(0), .leaf(1)] : [.leaf(0)])
      let lowered = maker.graph.lowered()
      let turned = lowered.turningPairedRows()
      let isColumns = turned.nodes.contains { if case .reduceColumns = $0.operation { true } else { false } }
      #expect(isColumns != isNeeded)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(turned)) < 1e-12)
    }
  }

  @Test func rowsOfNoPairsAreNotTurned() {
    var maker = GraphMaker(seed: 2)
    let x = maker.input([40, 50, 20])
    let square = maker.call("mul.Tensor", [x, x], shape: [40, 50, 20])
    maker.returns(maker.call("sum.dim_IntList", [square], [.list([.integer(2)])], shape: [40, 50]))
    let lowered = maker.graph.lowered()
    #expect(lowered.turningPairedRows().nodes.map(\.operation) == lowered.nodes.map(\.operation))
  }
}
