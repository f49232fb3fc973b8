extension Rule {
  /// softmax(q·kᵀ·s)·v, written out, is the library's fused attention. It looks at captured operators, not primitives.
  public static let attention = Rule(
    id: "explicit-attention",
    reason: "the library's fused attention goes over the scores block by block and never writes them to memory",
    exactness: "exact over ℝ", labels: ["trivial", "library-call"]
  ) { graph in
    let uses = graph.users.map(\.count)
    for (id, node) in graph.nodes.enumerated() {
      guard isProduct(node), node.type.dtype.isComputed,
        let (softmaxID, softmax) = callOf(graph, node.operands[0], uses),
        softmax.target == "aten.softmax.int", softmax.argument(2, "dtype") ?? CallArgument.none == CallArgument.none,
        case let rank = node.type.shape.count, rank == 3 || rank == 4,
        [-1, rank - 1].contains(softmax.argument(1, "dim")?.integer ?? 0),
        var (scoresID, scores) = callOf(graph, graph.nodes[softmaxID].operands[0], uses)
      else { continue }
      var scale = 1.0
      if scores.target == "aten.mul.Tensor" || scores.target == "aten.div.Tensor" {
        guard graph.nodes[scoresID].operands.count == 1, scores.arguments.first == .operand(0),
          let number = scores.argument(1, "other")?.number,
          let inner = callOf(graph, graph.nodes[scoresID].operands[0], uses)
        else { continue }
        scale = scores.name == "mul" ? number : 1 / number
        (scoresID, scores) = inner
      }
      guard isProduct(graph.nodes[scoresID]), scale.isFinite,
        let (turnedID, turned) = callOf(graph, graph.nodes[scoresID].operands[1], uses),
        turned.target == "aten.transpose.int", let a = turned.argument(1, "dim0")?.integer,
        let b = turned.argument(2, "dim1")?.integer,
        Set([a, b].map { $0 < 0 ? $0 + rank : $0 }) == [rank - 1, rank - 2]
      else { continue }
      let operands = [graph.nodes[scoresID].operands[0], graph.nodes[turnedID].operands[0], node.operands[1]]
      let shapes = operands.map { graph.nodes[$0].type.shape }
      guard shapes.allSatisfy({ $0.count == rank && $0.dropLast(2) == node.type.shape.dropLast(2) }),
        shapes[0][rank - 1] == shapes[1][rank - 1], shapes[1][rank - 2] == shapes[2][rank - 2],
        operands.allSatisfy({ graph.nodes[$0].type.dtype == node.type.dtype })
      else { continue }
      let fused = Call(
        "aten.scaled_dot_product_attention.default",
        [.operand(0), .operand(1), .operand(2), .none, .number(0), .truth(false)], keywords: ["scale": .number(scale)])
      return graph.replacingOperands(id, operands) { node, x, context in
        // By the Cauchy–Schwarz inequality no score overflows where this product doesn't; the library takes 0 for the
        // softmax of an infinite score, where the original has NaN.
        func squares(_ id: TensorGraph.ValueID) -> TensorGraph.ValueID {
          context.builder.add(
            .reduce(.sumOfSquares, trailing: rank), [id], TensorType(node.type.dtype, []), origin: node.origin)
        }
        let bound = context.apply(.multiply, context.apply(.multiply, squares(x[0]), squares(x[1])), scale * scale)
        let query = context.finite(x[0], checking: [bound, x[2]])
        let result = context.builder.add(.call(fused), [query, x[1], x[2]], node.type, origin: node.origin)
        return context.finite(result)
      }
    }
    return nil
  }

  /// The call that makes a value which is used once; dropout in evaluation mode is looked through.
  private static func callOf(
    _ graph: TensorGraph, _ id: TensorGraph.ValueID, _ uses: [Int]
  ) -> (TensorGraph.ValueID, Call)? {
    guard uses[id] == 1, !graph.returned.contains(id), case .call(let call) = graph.nodes[id].operation else {
      return nil
    }
    if call.name == "dropout", call.argument(2, "train")?.truth == false, let operand = graph.nodes[id].operands.first {
      return callOf(graph, operand, uses)
    }
    return (id, call)
  }

  private static func isProduct(_ node: TensorGraph.Node) -> Bool {
    guard case .call(let call) = node.operation, node.operands.count == 2, call.arguments.count == 2 else {
      return false
    }
    return ["aten.matmul.default", "aten.bmm.default"].contains(call.target)
  }
}
