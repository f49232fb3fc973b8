import Foundation
import Testing

@testable import Synthesis

/// Bounds that nothing reaches and reductions of one element go, whatever stands around them, and nothing else does.
@Suite struct DeadBoundTests {
  private static func bounds(_ graph: TensorGraph) -> Int {
    graph.nodes.count { node in
      guard case .elementwise(let operation) = node.operation else { return false }
      return [.relu, .maximum, .minimum].contains(operation)
    }
  }

  /// Activations and clamps in a random order over inputs far beyond all of their bounds.
  private static func chain(_ random: inout RandomSource, seed: Int) -> GraphMaker {
    var maker = GraphMaker(seed: seed)
    let shape = (0..<random.int(1...3)).map { _ in random.int(1...4) }
    var value = maker.input(shape, range: -40...40)
    for _ in 0..<random.int(2...9) {
      switch random.int(0...9) {
      case 0: value = maker.call("relu.default", [value])
      case 1: value = maker.call("\(random.pick(["sigmoid", "tanh", "exp", "abs", "sin", "neg"])).default", [value])
      case 2, 3, 4:
        let bound = CallArgument.number(random.pick([-1, 0, 0.5, 1, 6, -.infinity]))
        let other = CallArgument.number(random.pick([0, 1, 6, 0.5, .infinity]))
        let both: [CallArgument] =
          random.chance(0.3) ? [bound, .none] : random.chance(0.3) ? [.none, other] : [bound, other]
        value = maker.call("clamp.default", [value], both)
      case 5: value = maker.call("mul.Tensor", [value, value])
      case 6: value = maker.call("add.Tensor", [value, maker.call("relu.default", [value])])
      case 7: value = maker.call("mul.Tensor", [value, maker.call("sigmoid.default", [value])])
      case 8:
        let last = maker.shape(value).count - 1
        let reduced = Array(maker.shape(value).dropLast()) + [1]
        let name = random.pick(["amax.default", "sum.dim_IntList", "amin.default"])
        value = maker.call(name, [value], [.list([.integer(last)]), .truth(true)], shape: reduced)
      default: value = maker.call("maximum.default", [value, maker.input(maker.shape(value), range: -3...3)])
      }
    }
    maker.returns(value)
    return maker
  }

  @Test(arguments: 0..<200) func whatGoesChangesNothing(_ seed: Int) throws {
    var random = RandomSource(seed: seed)
    var maker = Self.chain(&random, seed: seed)
    let lowered = maker.graph.lowered()
    let without = Rule.deadBounds.applied(to: lowered) ?? lowered
    let all = Rule.singletons.applied(to: without) ?? without
    for special in [nil, Double.nan, .infinity, -.infinity, 0, 1e30, -1e30] {
      if let special {
        for index in maker.inputs.keys { maker.inputs[index]?.values[0] = special }
      }
      let wanted = try maker.run(lowered)
      #expect(Self.areSame(try maker.run(without), wanted), "\(String(describing: special))")
      #expect(Self.areSame(try maker.run(all), wanted), "\(String(describing: special))")
    }
  }

  /// To the last bit, all NaN being one.
  private static func areSame(_ a: [DenseTensor], _ b: [DenseTensor]) -> Bool {
    zip(a, b).allSatisfy { x, y in
      x.shape == y.shape && zip(x.values, y.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
  }

  /// What is dead, and what looks like it and is not.
  private static let cases: [(name: String, make: @Sendable (inout GraphMaker, Int) -> Int, left: Int)] = [
    ("ReLU of a ReLU", { $0.call("relu.default", [$0.call("relu.default", [$1])]) }, 1),
    ("a sigmoid clamped to [0, 1]", { clamp(&$0, $0.call("sigmoid.default", [$1]), 0, 1) }, 0),
    ("a sigmoid clamped to [0.1, 1]", { clamp(&$0, $0.call("sigmoid.default", [$1]), 0.1, 1) }, 1),
    ("tanh clamped to [−1, 2]", { clamp(&$0, $0.call("tanh.default", [$1]), -1, 2) }, 0),
    ("a square above zero", { clamp(&$0, $0.call("mul.Tensor", [$1, $1]), 0, nil) }, 0),
    ("a product above zero", { clamp(&$0, $0.call("mul.Tensor", [$1, $0.call("tanh.default", [$1])]), 0, nil) }, 1),
    ("exp above zero", { clamp(&$0, $0.call("exp.default", [$1]), 0, nil) }, 0),
    ("exp below one", { clamp(&$0, $0.call("exp.default", [$1]), nil, 1) }, 1),
    ("a clamp within a clamp", { clamp(&$0, clamp(&$0, $1, -0.5, 0.5), -1, 1) }, 2),
    ("a clamp around a clamp", { clamp(&$0, clamp(&$0, $1, -1, 1), -0.5, 0.5) }, 4),
  ]

  private static func clamp(_ maker: inout GraphMaker, _ value: Int, _ low: Double?, _ high: Double?) -> Int {
    maker.call(
      "clamp.default", [value], [low.map { .number($0) } ?? .none, high.map { .number($0) } ?? .none])
  }

  @Test func theDeadOnesAreFound() {
    for each in Self.cases {
      var maker = GraphMaker(seed: 1)
      let x = maker.input([3, 4])
      maker.returns(each.make(&maker, x))
      let lowered = maker.graph.lowered()
      let graph = Rule.deadBounds.applied(to: lowered) ?? lowered
      #expect(Self.bounds(graph) == each.left, "\(each.name)")
      #expect(graph.nodes.last?.operation != .input(0), "\(each.name): what is returned is new")
    }
  }

  @Test func reductionsOfOneElementGo() throws {
    for target in ["amax.default", "sum.dim_IntList", "mean.dim"] {
      var maker = GraphMaker(seed: 1)
      let x = maker.input([5, 1, 3])
      maker.returns(maker.call(target, [x], [.list([.integer(1)])], shape: [5, 3]))
      let lowered = maker.graph.lowered()
      let graph = Rule.singletons.applied(to: lowered) ?? lowered
      #expect(try maker.run(graph) == maker.run(lowered))
      let left = graph.nodes.contains { node in
        switch node.operation {
        case .reduce, .reduceColumns: true
        default: false
        }
      }
      #expect(!left, "\(target)")
    }
  }
}
