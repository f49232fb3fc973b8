import Testing

@testable import Synthesis

/// Every algebraic rule, alone and with the others, on random graphs in exact arithmetic.
@Suite struct AlgebraRuleTests {
  typealias ValueID = TensorGraph.ValueID

  /// As they are, but for the extent from which triangles are cut up.
  static let rules = Rule.algebra.map { $0.id == Rule.triangularProduct.id ? .triangularProduct(minimum: 4) : $0 }

  /// A convolution of any kind, perhaps scaled, added up over some dimensions.
  static func convolution(_ random: inout RandomSource, seed: Int) -> GraphMaker {
    var maker = GraphMaker(seed: seed)
    let spatial = random.int(1...3)
    let isTransposed = random.chance(0.5)
    let groups = random.int(1...2)
    let (inputs, outputs) = (groups * random.int(1...2), groups * random.int(1...3))
    func each(_ range: ClosedRange<Int>) -> [Int] { (0..<spatial).map { _ in random.int(range) } }
    let (stride, dilation, kernel) = (each(1...3), each(1...2), each(1...3))
    let padding = zip(kernel, dilation).map { random.int(0...min(2, $1 * ($0 - 1))) }
    let extra = zip(stride, dilation).map { isTransposed ? random.int(0...max($0, $1) - 1) : 0 }
    let extents = each(5...7)
    let x = maker.input([random.int(1...2), inputs] + extents)
    let w = maker.parameter(
      "w", (isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]) + kernel)
    let bias = random.chance(0.5) ? maker.parameter("b", [outputs]) : nil
    let result = (0..<spatial).map { d -> Int in
      let reach = dilation[d] * (kernel[d] - 1)
      return isTransposed
        ? (extents[d] - 1) * stride[d] - 2 * padding[d] + reach + extra[d] + 1
        : (extents[d] + 2 * padding[d] - reach - 1) / stride[d] + 1
    }
    func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }
    let shape = [maker.shape(x)[0], outputs] + result
    let end: [CallArgument] =
      isTransposed ? [list(extra), .integer(groups), list(dilation)] : [list(dilation), .integer(groups)]
    let overload = isTransposed && spatial > 1 ? "input" : "default"
    let call = Call(
      "aten.conv\(isTransposed ? "_transpose" : "")\(spatial)d.\(overload)",
      [.operand(0), .operand(1), bias == nil ? .none : .operand(2), list(stride), list(padding)] + end)
    var y = maker.add(.call(call), [x, w] + (bias.map { [$0] } ?? []), TensorType(.float32, shape), "aten.conv")
    if random.chance(0.4) {
      y = maker.call("mul.Tensor", [y], [.number(random.pick([0.5, -2, 3]))], shape: shape)
    }
    let all = Array(0..<shape.count)
    let dims = random.pick([[1], Array(all[2...]), Array(all[1...]), all, [1, 2], [0, 1], [0] + all[2...]])
    maker.returns(
      maker.call(
        random.pick(["sum.dim_IntList", "mean.dim"]), [y], [list(dims), .truth(true)],
        shape: all.map { dims.contains($0) ? 1 : shape[$0] }))
    return maker
  }

  /// A product, sum, pooling, chain, diagonal or triangle.
  static func product(_ random: inout RandomSource, seed: Int) -> GraphMaker {
    var maker = GraphMaker(seed: seed)
    func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }
    let (m, k, n) = (random.int(1...5), random.int(1...5), random.int(1...5))
    let outer = random.pick([[], [2], [2, 3]])
    switch random.int(0...6) {
    case 6:
      let classes = random.int(2...5)
      let labels = maker.input(outer + [m], dtype: .int64)
      let chosen = maker.call(
        "one_hot.default", [labels], [.integer(classes)], shape: outer + [m, classes], dtype: .int64)
      let x = maker.call("to.dtype", [chosen], [.dtype(.float32)], shape: outer + [m, classes])
      if random.chance(0.5) {
        let b = random.chance(0.5) ? [maker.parameter("b", [n])] : []
        maker.returns(
          maker.call("linear.default", [x, maker.parameter("w", [n, classes])] + b, shape: outer + [m, n]))
      } else {
        maker.returns(maker.call("matmul.default", [x, maker.input([classes, n])], shape: outer + [m, n]))
      }
    case 0, 1:
      var y: ValueID
      if random.chance(0.5) {
        let x = maker.input(outer + [m, k])
        let w = maker.parameter("w", [n, k])
        let b = random.chance(0.5) ? [maker.parameter("b", [n])] : []
        y = maker.call("linear.default", [x, w] + b, shape: outer + [m, n])
      } else {
        y = maker.call(
          "matmul.default",
          [maker.input(outer + [m, k]), maker.input(random.chance(0.5) ? [k, n] : outer + [k, n])],
          shape: outer + [m, n])
      }
      if random.chance(0.4) { y = maker.call("mul.Tensor", [y], [.number(-0.5)], shape: outer + [m, n]) }
      if random.chance(0.4) { y = maker.call("rsub.Scalar", [y], [.number(0.25)], shape: outer + [m, n]) }
      let rank = outer.count + 2
      let dims = random.pick([[-1], [-2], [rank - 1, rank - 2], [0], Array(0..<rank)])
      let positive = Set(dims.map { $0 < 0 ? $0 + rank : $0 })
      let shape = (outer + [m, n]).enumerated().compactMap { positive.contains($0) ? nil : $1 }
      maker.returns(
        maker.call(random.pick(["sum.dim_IntList", "mean.dim"]), [y], [list(dims), .truth(false)], shape: shape))
    case 2:
      let y = maker.call(
        "linear.default", [maker.input([m, k]), maker.parameter("w", [n * 2, k]), maker.parameter("b", [n * 2])],
        shape: [m, n * 2])
      let row = maker.call("unsqueeze.default", [y], [.integer(1)], shape: [m, 1, n * 2])
      maker.returns(maker.call("avg_pool1d.default", [row], [list([2])], shape: [m, 1, n]))
    case 3:
      let (a, b, c) = (maker.input(outer + [9, 2]), maker.input([2, 8]), maker.input([8, 1]))
      let ab = maker.call("matmul.default", [a, b], shape: outer + [9, 8])
      maker.returns(maker.call("matmul.default", [ab, c], shape: outer + [9, 1]))
    case 4:
      if random.chance(0.5) {
        let d = maker.call("diag.default", [maker.input([k])], shape: [k, k])
        maker.returns(maker.call("mm.default", [d, maker.input([k, n])], shape: [k, n]))
      } else {
        let d = maker.call("diag_embed.default", [maker.input(outer + [k])], shape: outer + [k, k])
        maker.returns(maker.call("matmul.default", [maker.input(outer + [m, k]), d], shape: outer + [m, k]))
      }
    default:
      let size = random.int(4...9)
      if random.chance(0.3) {
        // Of a matrix that is no square.
        let mask = random.pick(["tril.default", "triu.default"])
        let a = maker.call(mask, [maker.input([size, size])], shape: [size, size])
        maker.returns(
          maker.call("matmul.default", [a, maker.input(outer + [size, n])], shape: outer + [size, n]))
        return maker
      }
      let (a, b) = (maker.input([size, size]), maker.input([size, size]))
      let mask = random.pick(["tril.default", "triu.default"])
      func masked(_ x: ValueID) -> ValueID {
        random.chance(0.5) ? x : maker.call(mask, [x], shape: [size, size])
      }
      let (left, right) = (masked(a), masked(b))
      let y = maker.call("matmul.default", [left, right], shape: [size, size])
      maker.returns(random.chance(0.2) ? y : maker.call(mask, [y], shape: [size, size]))
    }
    return maker
  }

  @Test(arguments: 0..<120) func rulesAreExact(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    let maker = seed % 2 == 0 ? Self.convolution(&random, seed: seed) : Self.product(&random, seed: seed)
    let interpreter = ExactInterpreter(maker.graph, &random)
    let lowered = maker.graph.lowered()
    let wanted = try interpreter.run(lowered)
    for rule in Self.rules {
      guard let once = rule.rewrite(lowered) else { continue }
      #expect(try interpreter.run(once) == wanted, "\(rule.id)")
    }
    let chain = RuleChain(lowered, Self.rules, cost: nil)
    #expect(try interpreter.run(chain.graph) == wanted, "\(chain.rules.map(\.id))")
  }

  /// The last so many, of which there are no more: on a smaller instance there are fewer still.
  @Test func aSliceThatTakesAllIsTriedOnSmallTensors() {
    for start in [-64, -100, 0] {
      var maker = GraphMaker(seed: 1)
      let arguments: [CallArgument] = [.integer(-1), .integer(start), .integer(Int.max)]
      let last = maker.call("slice.Tensor", [maker.input([32, 64])], arguments, shape: [32, 64])
      let y = maker.call("linear.default", [last, maker.parameter("w", [48, 64])], shape: [32, 48])
      maker.returns(maker.call("sum.dim_IntList", [y], [.list([.integer(-1)])], shape: [32]))
      #expect(ShrunkenTrial(maker.graph)?.outcome([.sumOfProduct]) == .same, "\(start)")
    }
  }

  @Test func everyRuleWasTried() {
    var seen = Set<String>()
    for seed in 0..<120 {
      var random = RandomSource(seed: seed)
      let maker = seed % 2 == 0 ? Self.convolution(&random, seed: seed) : Self.product(&random, seed: seed)
      seen.formUnion(RuleChain(maker.graph.lowered(), Self.rules, cost: nil).rules.map(\.id))
    }
    #expect(Set(Self.rules.map(\.id)).subtracting([Rule.unitFactors.id]).isSubset(of: seen), "\(seen)")
  }

  /// conv → batch norm → mean over positions and matmul → sum, with extents as ops have them.
  static func large(_ random: inout RandomSource, seed: Int) -> GraphMaker {
    var maker = GraphMaker(seed: 0)
    if random.chance(0.5) {
      let (m, k, n) = (random.int(20...90), random.int(100...200), random.int(210...300))
      let y = maker.call(
        "linear.default", [maker.input([m, k]), maker.parameter("w", [n, k]), maker.parameter("b", [n])], shape: [m, n])
      let z = maker.call("sum.dim_IntList", [y], [.list([.integer(1)]), .truth(true)], shape: [m, 1])
      // Of sums that are large, exponentials overflow where they aren't taken with care.
      let activation = random.pick(["gelu.default", "softplus.default", "log_sigmoid.default"])
      maker.returns(maker.call(activation, [z]))
      return maker
    }
    let (channels, outputs, height, width) = (random.int(9...16), random.int(17...32), 64, random.int(40...60))
    let (x, w) = (maker.input([12, channels, height, width]), maker.parameter("w", [outputs, channels, 3, 3]))
    let ones = CallArgument.list([.integer(1)])
    let y = maker.call(
      "conv2d.default", [x, w], [.none, ones, ones, ones, .integer(1)], shape: [12, outputs, height, width])
    let statistics = ["mean", "variance"].map {
      maker.add(
        .parameter(path: $0, kind: .buffer), [], TensorType(.float32, [outputs]), $0)
    }
    let normalisation = Call(
      "aten.batch_norm.default",
      [
        .operand(0), .none, .none, .operand(1), .operand(2), .truth(false), .number(0.1), .number(1e-5), .truth(true),
      ])
    let z = maker.add(
      .call(normalisation), [y] + statistics, TensorType(.float32, [12, outputs, height, width]), "aten.batch_norm")
    maker.returns(
      maker.call("mean.dim", [z], [.list([.integer(2), .integer(3)]), .truth(false)], shape: [12, outputs]))
    return maker
  }

  @Test(arguments: 0..<20) func aChainIsTriedOnSmallTensors(_ seed: Int) {
    var random = RandomSource(seed: seed)
    let graph = Self.large(&random, seed: seed).graph
    let rules = RuleChain(graph.lowered(), Rule.algebra, cost: nil).rules
    #expect(!rules.isEmpty)
    #expect(ShrunkenTrial(graph)?.outcome(rules) == .same)
    #expect((ShrunkenInstance(graph)?.graph.nodes.map(\.type.count).max() ?? .max) < 20_000)
  }

  @Test(arguments: 0..<40) func smallGraphsAreNotFoundDifferent(_ seed: Int) {
    var random = RandomSource(seed: seed)
    let maker = seed % 2 == 0 ? Self.convolution(&random, seed: seed) : Self.product(&random, seed: seed)
    let rules = RuleChain(maker.graph.lowered(), Self.rules, cost: nil).rules
    #expect(ShrunkenTrial(maker.graph)?.outcome(rules) != .different)
  }

  @Test(arguments: 0..<10) func aRuleThatIsWrongIsFoundOut(_ seed: Int) {
    var random = RandomSource(seed: seed)
    let graph = Self.large(&random, seed: seed).graph
    for right in RuleChain(graph.lowered(), Rule.algebra, cost: nil).rules where !right.labels.isEmpty {
      var wrong = right
      wrong.rewrite = { graph in
        // Forgets a little of every parameter.
        right.rewrite(graph)?.rewritten { node, _, builder in
          guard case .parameter = node.operation else { return nil }
          let tensor = builder.add(node.operation, [], node.type, origin: node.origin)
          let factor = builder.add(.scalar(0.99), [], TensorType(.float32, []), origin: node.origin)
          return builder.add(.elementwise(.multiply), [tensor, factor], node.type, origin: node.origin)
        }
      }
      #expect(ShrunkenTrial(graph)?.outcome([.batchNormFolding, wrong]) == .different, "\(right.id)")
    }
  }
}
