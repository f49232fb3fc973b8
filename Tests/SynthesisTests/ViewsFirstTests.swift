import Foundation
import Testing

@testable import Synthesis

/// Views of what is computed, as the same computed of views.
@Suite struct ViewsFirstTests {
  typealias ValueID = TensorGraph.ValueID

  /// A random view of `x`: a slice, one index, other dimensions first, the same elements again.
  private static func view(_ x: ValueID, _ maker: inout GraphMaker, _ random: inout RandomSource) -> ValueID {
    let shape = maker.shape(x)
    let d = random.int(0...shape.count - 1)
    switch random.int(0...3) {
    case 0:
      let (start, step) = (random.int(0...shape[d] - 1), random.int(1...2))
      var result = shape
      result[d] = (shape[d] - start + step - 1) / step
      let arguments: [CallArgument] = [.integer(d), .integer(start), .integer(Int.max), .integer(step)]
      return maker.call("slice.Tensor", [x], arguments, shape: result)
    case 1 where shape.count > 1:
      var result = shape
      result.remove(at: d)
      return maker.call("select.int", [x], [.integer(d), .integer(random.int(-1...shape[d] - 1))], shape: result)
    case 2:
      return maker.call("expand.default", [x], [.list(([2] + shape).map { .integer($0) })], shape: [2] + shape)
    default:
      let order = Array(shape.indices.reversed())
      return maker.call(
        "permute.default", [x], [.list(order.map { .integer($0) })], shape: order.map { shape[$0] })
    }
  }

  /// Values of a few tensors that broadcast, each with some of its views.
  private static func graph(seed: Int) -> GraphMaker {
    var random = RandomSource(seed: seed)
    var maker = GraphMaker(seed: seed)
    let shape = (0..<random.int(1...3)).map { _ in random.int(2...4) }
    var values = (0..<2).map { _ in maker.input(shape) }
    values.append(maker.parameter("w", shape.map { random.chance(0.3) ? 1 : $0 }))
    values.append(maker.parameter("b", Array(shape.suffix(random.int(0...shape.count)))))
    var results: [ValueID] = []
    for _ in 0..<random.int(1...4) {
      let (a, b) = (random.pick(values), random.pick(values))
      guard let target = Shape.broadcast([maker.shape(a), maker.shape(b)]), target == shape else { continue }
      var y = maker.call(random.pick(["add.Tensor", "mul.Tensor", "maximum.default"]), [a, b])
      if random.chance(0.5) { y = maker.call(random.pick(["exp.default", "abs.default", "relu.default"]), [y]) }
      values.append(y)
      for _ in 0..<random.int(1...2) {
        let viewed = view(y, &maker, &random)
        let all = CallArgument.list(maker.shape(viewed).indices.map { .integer($0) })
        let scaled = maker.call("mul.Tensor", [viewed], [.number(0.5)])
        results.append(
          random.chance(0.5) ? scaled : maker.call("sum.dim_IntList", [scaled], [all, .truth(false)], shape: []))
      }
    }
    if results.isEmpty { results = [maker.call("abs.default", [values[0]])] }
    maker.graph.outputs = results.map { .value($0) }
    maker.graph.structure = .tuple(results.indices.map { .leaf($0) })
    return maker
  }

  private static func computedViews(_ graph: TensorGraph) -> Int {
    graph.nodes.filter { node in
      guard case .view = node.operation, case .elementwise = graph.nodes[node.operands[0]].operation else {
        return false
      }
      return true
    }.count
  }

  @Test func theNumbersStayTheSame() throws {
    var (before, after) = (0, 0)
    for seed in 0..<300 {
      let maker = Self.graph(seed: seed)
      let lowered = maker.graph.lowered()
      let moved = lowered.takingViewsFirst()
      before += Self.computedViews(lowered)
      after += Self.computedViews(moved)
      #expect(relativeDifference(try maker.run(maker.graph), try maker.run(moved)) < 1e-12, "seed \(seed)")
    }
    #expect(before > 300 && after < before / 2, "\(before) \(after)")
  }

  @Test func aLossOfNeighboursIsOneKernel() throws {
    var maker = GraphMaker(seed: 1)
    let (x, y) = (maker.input([40, 60]), maker.input([40, 60]))
    let error = maker.call("square.default", [maker.call("sub.Tensor", [x, y])])
    func slice(_ value: ValueID, _ start: Int, _ end: Int) -> ValueID {
      maker.call("slice.Tensor", [value], [.integer(1), .integer(start), .integer(end)], shape: [40, end - start])
    }
    let slope = maker.call("abs.default", [maker.call("sub.Tensor", [slice(y, 1, 60), slice(y, 0, 59)])])
    let product = maker.call("mul.Tensor", [slice(error, 1, 60), slope])
    maker.returns(maker.call("mean.dim", [product], [.list([.integer(0), .integer(1)])], shape: []))
    let moved = maker.graph.lowered().takingViewsFirst()
    #expect(FusionPartition(maker.graph.lowered()).groups.count == 2)
    #expect(FusionPartition(moved).groups.count == 1)
  }

  /// On all threads, where lines don't follow each other in memory too.
  @Test(.enabled(if: TestPython.hasTorch, TestPython.skipReason))
  func reductionsOverAllThatAViewShowsGiveTheOriginalsValues() async throws {
    let scratch = try CandidateTests.Scratch()
    let original = try TestPython.text("line_models.py")
    var lines = 0
    for (name, graph) in try await CandidateTests.Captures.capture("line_models.py") {
      let request = SynthesisRequest(
        graph: graph, opName: name, isFunction: true, vectorBits: (name.utf8.last ?? 0) % 3 == 0 ? 256 : 512,
        threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposal = try #require(Synthesizer.proposals(for: request, agent: "fusion").first, "\(name)")
      if proposal.block.definition.contains("const int64_t last = ") { lines += 1 }
      try scratch.write(proposal.block, as: "\(name).0.py", original: original)
    }
    #expect(lines > 12, "\(lines)")
    let result = try await TestPython.run("check_values.py", [scratch.url.path], cache: scratch.url)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func manyStepsTakeNoTime() {
    var maker = GraphMaker(seed: 3)
    var value = maker.input([8, 8])
    for step in 0..<600 {
      value = maker.call(step % 7 == 0 ? "abs.default" : "mul.Tensor", step % 7 == 0 ? [value] : [value, value])
    }
    let views = (0..<3).map { maker.call("select.int", [value], [.integer(0), .integer($0)], shape: [8]) }
    let sum = maker.call("add.Tensor", [maker.call("add.Tensor", [views[0], views[1]]), views[2]])
    var other = maker.call("neg.default", [maker.input([8])])
    for _ in 0..<3000 { other = maker.call("neg.default", [other]) }
    maker.returns(sum, other)
    let moved = maker.graph.lowered().takingViewsFirst()
    #expect(Self.computedViews(moved) == 0)
    #expect(moved.nodes.count < 4 * 600 + 3010)
  }

  @Test func manyViewsOfALongChainStayAsTheyAre() {
    var maker = GraphMaker(seed: 4)
    var (value, sum) = (maker.input([90, 90]), maker.input([90]))
    for step in 0..<90 {
      value = maker.call("mul.Tensor", [value], [.number(0.9)])
      let column = maker.call("select.int", [value], [.integer(1), .integer(step)], shape: [90])
      sum = maker.call("add.Tensor", [sum, column])
    }
    maker.returns(sum)
    let lowered = maker.graph.lowered()
    #expect(lowered.takingViewsFirst().nodes.count <= 2 * lowered.nodes.count + 64)
  }

  @Test func nothingIsViewedOfNothing() {
    var maker = GraphMaker(seed: 5)
    let none = maker.call(
      "slice.Tensor", [maker.input([6, 4])], [.integer(0), .integer(0), .integer(0)], shape: [0, 4])
    let turned = maker.call("t.default", [maker.call("neg.default", [none])], shape: [4, 0])
    maker.returns(maker.call("mul.Tensor", [turned], [.number(2)]))
    let request = SynthesisRequest(
      graph: maker.graph, opName: "op", isFunction: true, vectorBits: 512, threads: 2, cacheBytes: [32 << 10])
    #expect(Synthesizer.findings(for: request).contains { $0.reason.contains("empty") })
    #expect(PlacesInView(.init(strides: [1, 4]), [4, 0], of: [0, 4]) == nil)
  }

  @Test func whatIsNeededAnywayIsViewedWhereItLies() {
    for isReturned in [false, true] {
      var maker = GraphMaker(seed: 2)
      let value = maker.call("exp.default", [maker.input([40, 60])])
      let part = maker.call("select.int", [value], [.integer(0), .integer(3)], shape: [60])
      let result = maker.call("mul.Tensor", [part], [.number(2)])
      maker.graph.outputs = (isReturned ? [result, value] : [result]).map { .value($0) }
      maker.graph.structure = .tuple(maker.graph.outputs.indices.map { .leaf($0) })
      #expect(Self.computedViews(maker.graph.lowered().takingViewsFirst()) == (isReturned ? 1 : 0))
    }
  }

  @Test func aViewGoesAlongOneDimensionAtATime() throws {
    let viewed = [4, 5, 6]
    // x[1:3, ::2, 4:] with dimensions 2, 0, 1.
    let places = try #require(PlacesInView(.init(offset: 34, strides: [1, 30, 12]), [2, 2, 3], of: viewed))
    #expect(places.starts == [1, 0, 4] && places.dimensions == [2, 0, 1] && places.steps == [1, 1, 2])
    // Of a [5, 1] that broadcasts to it.
    #expect(places.layout(.init(strides: [1, 1]), shape: [5, 1]) == .init(offset: 0, strides: [0, 0, 2]))
    // Diagonals, and over the end of a dimension.
    #expect(PlacesInView(.init(strides: [31]), [4], of: viewed) == nil)
    #expect(PlacesInView(.init(offset: 4, strides: [1]), [3], of: viewed) == nil)
    #expect(PlacesInView(.init(offset: 5, strides: [-1]), [6], of: viewed)?.steps == [-1])
  }
}
