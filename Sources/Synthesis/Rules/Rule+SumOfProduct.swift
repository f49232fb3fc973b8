extension Rule {
  /// Σⱼ (A·B)ᵢⱼ = A·(B·1), and likewise over rows: a matrix product becomes a product with a vector.
  public static let sumOfProduct = Rule(
    id: "sum-of-matrix-product",
    reason: "the sum over the rows or columns of a matrix product is a product with the summed factor, one vector, "
      + "so the other factor is read once and nothing is multiplied out",
    exactness: "exact over ℝ", labels: ["algebraic-pruning"]
  ) { graph in
    let uses = graph.storedUses
    for id in graph.nodes.indices {
      guard let pattern = SumPattern(graph, id), uses[pattern.source] == 1,
        let product = MatrixProduct(graph, pattern.source), !pattern.dimensions.isEmpty
      else { continue }
      if let result = collapsed(graph, id, pattern, product) { return result }
    }
    return nil
  }

  /// Average pooling over the features of a linear layer: a linear layer with pooled weights.
  public static let poolingOfLinear = Rule(
    id: "pooling-of-linear-layer",
    reason: "averages of a linear layer's neighbouring features are features with averaged weights, of which there are "
      + "fewer",
    exactness: "exact over ℝ", labels: ["algebraic-pruning"]
  ) { graph in
    let uses = graph.storedUses
    let isPrepared = graph.isPrepared
    for (id, node) in graph.nodes.enumerated() {
      guard case .call(let call) = node.operation, call.target == "aten.avg_pool1d.default", node.operands.count == 1
      else { continue }
      let found = graph.source(node.operands[0])
      guard uses[found.root] == 1, let layer = MatrixProduct(graph, found.root), layer.isLinear,
        isPrepared[layer.right], layer.bias.map({ isPrepared[$0] }) ?? true,
        graph.nodes[node.operands[0]].type.shape.last == layer.shape.last,
        found.layout.offset == 0,
        found.layout.reshaped(from: graph.nodes[node.operands[0]].type.shape, to: layer.shape)
          == StridedLayout(strides: Shape.strides(layer.shape)).reshaped(from: layer.shape, to: layer.shape),
        graph.nodes[node.operands[0]].type.count == layer.shape.reduce(1, *), let outputs = node.type.shape.last,
        let features = layer.rightShape.last
      else { continue }
      let (x, weight, bias) = (layer.left, layer.right, layer.bias)
      return graph.replacingOperands(id, [x, weight] + (bias.map { [$0] } ?? [])) { node, operands, context in
        func pooled(_ value: TensorGraph.ValueID, _ rows: Int) -> TensorGraph.ValueID {
          let moved = context.builder.add(
            .call(call), [value], TensorType(layer.dtype, [rows, outputs]), origin: node.origin)
          return moved
        }
        let turned = pooled(context.permuted(operands[1], [1, 0]), features)
        let newWeight = context.permuted(turned, [1, 0])
        var all = [operands[0], newWeight]
        if bias != nil {
          let row = pooled(context.reshape(operands[2], [1, layer.rightShape[0]]), 1)
          all.append(context.reshape(row, [outputs]))
        }
        let result = context.library(
          "linear.default", all, shape: Array(layer.shape.dropLast()) + [outputs], dtype: layer.dtype)
        return context.reshape(context.finite(result), node.type.shape)
      }
    }
    return nil
  }

  /// Factors and addends that are one number move behind the sum of a product, where there is less to scale.
  public static let scaleAfterSum = Rule(
    id: "scale-after-sum", reason: "a common factor is applied once, to the sum", exactness: "exact over ℝ", labels: []
  ) { graph in
    let uses = graph.storedUses
    for id in graph.nodes.indices {
      guard let pattern = SumPattern(graph, id), uses[pattern.source] == 1,
        case .elementwise(let operation) = graph.nodes[pattern.source].operation,
        let factor = Scaling(graph, pattern.source, operation), uses[factor.root] == 1,
        MatrixProduct(graph, factor.root) != nil || ConvolutionLayer(graph, factor.root) != nil
          || isScaling(graph, factor.root)
      else { continue }
      let type = graph.nodes[pattern.source].type
      let count = Double(pattern.dimensions.map { type.shape[$0] }.reduce(1, *))
      return graph.replacingOperands(id, [factor.value] + [factor.number].compactMap { $0 }) {
        node, operands, context in
        guard var sum = context.sum(operands[0], pattern.dimensions) else { return nil }
        sum = context.finite(context.reshape(sum, node.type.shape))
        if pattern.divisor != 1, operation != .add, operation != .subtract {
          sum = context.apply(.divide, sum, pattern.divisor)
        }
        switch operation {
        case .negative: return context.apply(.negative, sum)
        case .multiply, .divide: return context.apply(operation, sum, context.reshape(operands[1], []))
        default:
          let number = context.reshape(operands[1], [])
          if pattern.divisor != 1 {
            sum = context.apply(.divide, sum, pattern.divisor)
            return factor.isReversed ? context.apply(operation, number, sum) : context.apply(operation, sum, number)
          }
          let total: TensorGraph.ValueID
          if case .scalar(let value) = context.builder.nodes[operands[1]].operation {
            total = context.scalar(value * count)
          } else {
            total = context.apply(.multiply, number, count)
          }
          return factor.isReversed ? context.apply(operation, total, sum) : context.apply(operation, sum, total)
        }
      }
    }
    return nil
  }

  private static func isScaling(_ graph: TensorGraph, _ id: TensorGraph.ValueID) -> Bool {
    guard case .elementwise(let operation) = graph.nodes[id].operation,
      let inner = Scaling(graph, id, operation)
    else { return false }
    return MatrixProduct(graph, inner.root) != nil || ConvolutionLayer(graph, inner.root) != nil
      || isScaling(graph, inner.root)
  }

  /// `value ∘ number` where the number is one for all elements.
  private struct Scaling {
    let value: TensorGraph.ValueID
    let root: TensorGraph.ValueID
    var number: TensorGraph.ValueID?
    var isReversed = false

    init?(_ graph: TensorGraph, _ id: TensorGraph.ValueID, _ operation: Elementwise) {
      let node = graph.nodes[id]
      switch operation {
      case .negative: value = node.operands[0]
      case .multiply, .divide, .add, .subtract:
        guard
          let position = (0...1).first(where: {
            graph.nodes[node.operands[$0]].type.count == 1 && graph.nodes[node.operands[1 - $0]].type == node.type
          }), operation != .divide || position == 1
        else { return nil }
        value = node.operands[1 - position]
        number = node.operands[position]
        isReversed = position == 0
      default: return nil
      }
      root = graph.source(value).root
      guard graph.nodes[value].type == node.type else { return nil }
    }
  }

  private static func collapsed(
    _ graph: TensorGraph, _ id: TensorGraph.ValueID, _ pattern: SumPattern, _ product: MatrixProduct
  ) -> TensorGraph? {
    let rank = product.shape.count
    let overColumns = pattern.dimensions.contains(rank - 1) && (product.isLinear || product.rightShape.count >= 2)
    let isVector = !product.isLinear && product.rightShape.count == 1
    // Rows of a linear layer are all its leading dimensions.
    let rows =
      product.isLinear
      ? pattern.dimensions.filter { $0 < rank - 1 }
      : pattern.dimensions.intersection([isVector ? rank - 1 : rank - 2])
    guard overColumns || !rows.isEmpty else { return nil }
    let operands = [product.left, product.right] + (product.bias.map { [$0] } ?? [])
    return graph.replacingOperands(id, operands) { node, operands, context in
      var (left, right) = (operands[0], operands[1])
      var addend = operands.count > 2 ? operands[2] : nil
      var done = Set<Int>()
      var result: TensorGraph.ValueID
      if product.isLinear {
        if overColumns {
          guard let summed = context.sum(right, [0]) else { return nil }
          guard let row = context.sum(context.apply(.multiply, left, summed), [rank - 1]) else { return nil }
          result = row
          addend = addend.flatMap { context.sum($0, [0]) }
          done = [rank - 1]
        } else {
          guard let summed = context.sum(left, rows) else { return nil }
          let outer = Array(context.shape(summed).dropLast())
          result = context.library(
            "linear.default", [summed, right], shape: outer + [product.rightShape[0]], dtype: product.dtype)
          done = rows
        }
        if let added = addend {
          let times = done.subtracting([rank - 1]).map { product.shape[$0] }.reduce(1, *)
          let total = times == 1 ? added : context.apply(.multiply, added, Double(times))
          result = context.apply(.add, result, total)
        }
      } else {
        if overColumns {
          let last = context.shape(right).count - 1
          guard let summed = context.sum(right, [last]) else { return nil }
          // As a row beside the left factor's rows: [outer…, 1, K].
          let shape = context.shape(summed)
          right = context.reshape(summed, last > 1 ? shape.dropLast() + [1] + shape.suffix(1) : shape)
          done = [rank - 1]
        }
        if !rows.isEmpty {
          let row = product.leftShape.count - 2
          guard let summed = context.sum(left, [row]) else { return nil }
          left = context.reshape(summed, Array(product.leftShape[..<row]) + [1] + product.leftShape.suffix(1))
          done.formUnion(rows)
        }
        if overColumns {
          let products = context.apply(.multiply, left, right)
          guard let summed = context.sum(products, [context.shape(products).count - 1]) else { return nil }
          result = summed
        } else {
          result = context.product(left, right)
        }
        // Extents of one stay where sums were, so that the other dimensions keep their numbers.
        result = context.reshape(
          result, product.shape.indices.filter { !done.contains($0) }.map { product.shape[$0] })
      }
      let remaining = product.shape.indices.filter { !done.contains($0) }
      let rest = Set(remaining.indices.filter { pattern.dimensions.contains(remaining[$0]) })
      guard let total = context.sum(result, rest) else { return nil }
      let shaped = context.finite(context.reshape(total, node.type.shape))
      return pattern.divisor == 1 ? shaped : context.apply(.divide, shaped, pattern.divisor)
    }
  }
}

extension TensorGraph {
  /// Rewrites one node from other values than its operands: values before it, which it reads through something else.
  func replacingOperands(
    _ id: ValueID, _ operands: [ValueID], _ body: (Node, [ValueID], inout LoweringContext) -> ValueID?
  ) -> TensorGraph? {
    var copy = self
    copy.nodes[id].operands = operands
    return copy.replacing(id) { node, context in body(nodes[id], node.operands, &context) }
  }
}
