extension Rule {
  /// Scales and shifts of a convolution's channels (or of a linear layer's features) that depend on parameters alone
  /// go into its weight and bias. Batch normalisation in evaluation mode is such a scale and shift.
  public static let batchNormFolding = Rule(
    id: "batch-norm-folding",
    reason:
      "the normalisation's scale and shift are constants in evaluation mode and go into the convolution's weights, "
      + "so its output is not read and written once more",
    exactness: "exact over ℝ", labels: []
  ) { foldScales($0) }

  /// The same, which leaves alone what begins an activation that the library has: the shift of a hardsigmoid, say.
  static let batchNormFoldingBesideEpilogues: Rule = {
    var rule = batchNormFolding
    rule.rewrite = { foldScales($0, keepsEpilogues: true) }
    return rule
  }()

  private static func foldScales(_ graph: TensorGraph, keepsEpilogues: Bool = false) -> TensorGraph? {
    let isPrepared = graph.isPrepared
    let (users, returned) = (graph.users, graph.returned)
    var uses = [Int](repeating: 0, count: graph.nodes.count)
    for (id, node) in graph.nodes.enumerated() where !isPrepared[id] {
      for operand in node.operands { uses[operand] += 1 }
    }
    for id in graph.returned { uses[id] += 1 }

    for (id, node) in graph.nodes.enumerated() {
      guard case .elementwise(let operation) = node.operation, node.operands.count == 2 else { continue }
      for position in 0...1 {
        let (producer, factor) = (node.operands[position], node.operands[1 - position])
        guard isPrepared[factor], uses[producer] == 1, let layer = Layer(graph, producer),
          node.type == graph.nodes[producer].type, layer.isPerChannel(graph.nodes[factor].type.shape),
          !keepsEpilogues || Epilogue.after(producer, in: graph, users, returned) == nil
        else { continue }
        // x − t and x / s only fit this way round.
        switch operation {
        case .multiply, .add: break
        case .subtract, .divide: if position != 0 { continue }
        default: continue
        }
        return graph.rewritten { copy, index, builder in
          guard index == id else { return nil }
          return layer.folded(
            operation, copy.operands[position], copy.operands[1 - position], origin: copy.origin, &builder)
        }
      }
    }
    return nil
  }

  /// A convolution or linear layer: weight is operand 1 with output channels first, bias operand 2 if there is one.
  private struct Layer {
    let call: Call
    let shape: [Int]
    /// The output dimension that numbers channels.
    let channelDimension: Int
    let weightRank: Int
    /// A transposed convolution's weight has the output channels second.
    let isTransposed: Bool

    init?(_ graph: TensorGraph, _ id: TensorGraph.ValueID) {
      guard case .call(let call) = graph.nodes[id].operation, graph.nodes[id].type.dtype.isComputed,
        call.arguments.count >= 2, call.keywords.isEmpty, call.arguments[0] == .operand(0),
        call.arguments[1] == .operand(1)
      else { return nil }
      let weight = graph.nodes[graph.nodes[id].operands[1]].type.shape
      shape = graph.nodes[id].type.shape
      isTransposed = call.isTransposedConvolution
      if call.isConvolution || isTransposed {
        guard !isTransposed || (call.argument(6, "groups")?.integer ?? 1) == 1 else { return nil }
        channelDimension = shape.count - (weight.count - 1)
      } else if call.target == "aten.linear.default" {
        channelDimension = shape.count - 1
      } else {
        return nil
      }
      self.call = call
      weightRank = weight.count
      guard channelDimension >= 0, weight.count >= 2, weight[isTransposed ? 1 : 0] == shape[channelDimension] else {
        return nil
      }
    }

    /// One number for each channel, or one for all.
    func isPerChannel(_ factor: [Int]) -> Bool {
      let aligned = [Int](repeating: 1, count: max(shape.count - factor.count, 0)) + factor
      return aligned.count == shape.count
        && aligned.enumerated().allSatisfy { $0 == channelDimension ? $1 == 1 || $1 == shape[$0] : $1 == 1 }
    }

    /// The layer with other weights, whose output is what the operation would have made of it.
    func folded(
      _ operation: Elementwise, _ producer: TensorGraph.ValueID, _ factor: TensorGraph.ValueID,
      origin: TensorGraph.Origin, _ builder: inout GraphBuilder
    ) -> TensorGraph.ValueID {
      let node = builder.nodes[producer]
      let channels = shape[channelDimension]
      let dtype = node.type.dtype
      func reshaped(_ id: TensorGraph.ValueID, _ shape: [Int], _ builder: inout GraphBuilder) -> TensorGraph.ValueID {
        builder.shape(id) == shape ? id : builder.add(.reshape, [id], TensorType(dtype, shape), origin: origin)
      }
      let isSingle = builder.type(factor).count == 1
      let vector = reshaped(factor, isSingle ? [] : [channels], &builder)
      var weight = node.operands[1]
      var bias: TensorGraph.ValueID? = node.operands.count > 2 ? node.operands[2] : nil
      switch operation {
      case .multiply, .divide:
        let column =
          isSingle
          ? vector
          : reshaped(vector, [channels] + [Int](repeating: 1, count: weightRank - (isTransposed ? 2 : 1)), &builder)
        weight = builder.add(.elementwise(operation), [weight, column], builder.type(weight), origin: origin)
        bias = bias.map {
          builder.add(.elementwise(operation), [$0, vector], TensorType(dtype, [channels]), origin: origin)
        }
      default:
        if let old = bias {
          bias = builder.add(.elementwise(operation), [old, vector], TensorType(dtype, [channels]), origin: origin)
        } else {
          // A single number for all channels still has to be a bias of full length.
          let zeros = builder.add(.scalar(0), [], TensorType(dtype, []), origin: origin)
          let full =
            isSingle
            ? builder.add(.view(.init(strides: [0])), [vector], TensorType(dtype, [channels]), origin: origin) : vector
          bias = builder.add(
            .elementwise(operation == .subtract ? .subtract : .add), [zeros, full], TensorType(dtype, [channels]),
            origin: origin)
        }
      }
      var arguments = call.arguments
      if arguments.count < 3 { arguments.append(.none) }
      arguments[2] = bias == nil ? .none : .operand(2)
      return builder.add(
        .call(Call(call.target, arguments)), [node.operands[0], weight] + (bias.map { [$0] } ?? []), node.type,
        origin: node.origin)
    }
  }
}
