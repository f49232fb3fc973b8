import Testing

@testable import Synthesis

/// What rules make of an op is tried on small tensors before it is offered, whichever rules they are.
@Suite struct TrialTests {
  /// Average pooling, and a convolution that keeps channels apart with its normalisation.
  private static func graphs() -> [(graph: TensorGraph, rules: [Rule])] {
    var pooling = GraphMaker(seed: 1)
    let row = pooling.input([2, 3, 400])
    pooling.returns(
      pooling.call("avg_pool1d.default", [row], [.list([.integer(16)]), .list([.integer(1)])], shape: [2, 3, 385]))
    var layers = GraphMaker(seed: 2)
    let (x, w) = (layers.input([2, 6, 40, 44]), layers.parameter("w", [6, 1, 3, 3]))
    let one = CallArgument.list([.integer(1), .integer(1)])
    let type = TensorType(.float32, [2, 6, 40, 44])
    let call = Call("aten.conv2d.default", [.operand(0), .operand(1), .none, one, one, one, .integer(6)])
    layers.returns(layers.call("relu.default", [layers.add(.call(call), [x, w], type, "aten.conv2d.default")]))
    return [
      (pooling.graph, [.poolingAsSlidingSums]), (pooling.graph, [.poolingAsConvolution]),
      (layers.graph, [.depthwiseDirectly]),
    ]
  }

  @Test func rightRulesAreOfferedWithoutACaveat() {
    for (graph, rules) in Self.graphs() {
      #expect(ShrunkenTrial(graph)?.outcome(inTurn: rules) == .same, "\(rules.map(\.id))")
      #expect(Trials(graph).caveat { $0.outcome(inTurn: rules) } == .some(nil))
    }
    for (graph, _) in Self.graphs() {
      let request = SynthesisRequest(
        graph: graph, opName: "op", isFunction: false, vectorBits: 512, threads: 2, cacheBytes: [32 << 10, 1 << 20])
      let proposals = Synthesizer.proposals(for: request, agent: "re-expression")
      #expect(!proposals.isEmpty && proposals.allSatisfy { !$0.exactness.contains("not tried") })
    }
  }

  @Test func wrongOnesAreNotOffered() {
    for (graph, rules) in Self.graphs() {
      var wrong = rules[0]
      wrong.rewrite = { [rule = rules[0]] graph in
        // A hundredth too little of every result.
        guard let right = rule.rewrite(graph) else { return nil }
        let last = right.nodes.count - 1
        return right.rewritten { node, id, builder in
          guard id == last else { return nil }
          let value = builder.add(node.operation, node.operands, node.type, origin: node.origin)
          let factor = builder.add(.scalar(0.99), [], TensorType(.float32, []), origin: node.origin)
          return builder.add(.elementwise(.multiply), [value, factor], node.type, origin: node.origin)
        }
      }
      #expect(Trials(graph).caveat { $0.outcome(inTurn: [wrong]) } == nil, "\(wrong.id)")
    }
  }

  @Test func aRuleThatDoesNotApplyToSmallTensorsIsSaidToBeUntried() {
    let graph = Self.graphs()[0].graph
    #expect(
      Trials(graph).caveat { $0.outcome(inTurn: [.depthwiseDirectly]) }
        == .some("not tried on a smaller instance of this op"))
  }

  /// Shapes that don't belong together come from an operator that is known too little: no reason to fall over.
  @Test func aGraphThatContradictsItselfIsNotComputed() {
    var maker = GraphMaker(seed: 3)
    let x = maker.input([4, 6])
    let mean = maker.call("mean.dim", [x], [.list([.integer(1)]), .truth(false)], shape: [4, 2])
    maker.returns(maker.call("amax.default", [mean], [.list([.integer(1)])], shape: [4]))
    #expect(throws: Interpreter.Unsupported.self) { try maker.run(maker.graph) }
    var view = GraphMaker(seed: 4)
    let y = view.input([4])
    view.returns(view.add(.view(StridedLayout(strides: [2])), [y], TensorType(.float32, [4])))
    #expect(throws: Interpreter.Unsupported.self) { try view.run(view.graph) }
  }
}
