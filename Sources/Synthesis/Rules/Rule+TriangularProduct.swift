extension Rule {
  /// Products of triangular matrices, and products of which only a triangle is kept, row block by row block.
  public static let triangularProduct = triangularProduct(minimum: 256)

  /// - Parameter minimum: below this extent the pieces are too small for a matrix product to be fast.
  static func triangularProduct(minimum: Int) -> Rule {
    Rule(
      id: "triangular-product",
      reason:
        "blocks that a triangular mask makes zero are not multiplied: the product goes row block by row block over "
        + "what can be non-zero",
      exactness: "exact over ℝ",
      labels: ["algebraic-pruning"]
    ) { graph in
      let uses = graph.storedUses
      for id in graph.nodes.indices {
        let node = graph.nodes[id]
        // Either the product itself, or a mask over one that nothing else uses.
        var productID = id
        var kept: Triangle?
        if let mask = Triangle(mask: node), uses[node.operands[0]] == 1,
          MatrixProduct(graph, node.operands[0]) != nil
        {
          (productID, kept) = (node.operands[0], mask)
        }
        guard let product = MatrixProduct(graph, productID), !product.isLinear, product.leftShape.count == 2,
          product.rightShape.count >= 2, product.leftShape[0] == product.leftShape[1], product.leftShape[0] >= minimum
        else { continue }
        // Of several matrices at once only what the left factor makes zero is left out.
        let isSquare = product.leftShape == product.rightShape
        if kept != nil && !isSquare { continue }
        // The product under a mask is taken together with the mask.
        if kept == nil, uses[productID] == 1,
          graph.nodes.contains(where: { Triangle(mask: $0) != nil && $0.operands == [productID] })
        {
          continue
        }
        let (left, right) = (Triangle(graph.nodes[product.left]), Triangle(graph.nodes[product.right]))
        if kept == nil, isSquare, left == right { kept = left }
        guard left != nil || kept != nil else { continue }
        return graph.replacingOperands(id, [product.left, product.right]) { node, x, context in
          context.triangularProduct(x[0], x[1], left: left, kept: kept)
        }
      }
      return nil
    }
  }

  enum Triangle {
    case lower, upper

    /// A matrix that was masked with its main diagonal kept.
    init?(_ node: TensorGraph.Node) { self.init(mask: node) }

    init?(mask node: TensorGraph.Node) {
      guard case .call(let call) = node.operation, node.operands.count == 1, node.type.shape.count == 2,
        (call.argument(1, "diagonal")?.integer ?? 0) == 0
      else { return nil }
      switch call.target {
      case "aten.tril.default": self = .lower
      case "aten.triu.default": self = .upper
      default: return nil
      }
    }
  }
}

extension LoweringContext {
  /// `left` says where the left factor is not zero, `kept` which triangle of the result is wanted (the rest is zero).
  fileprivate mutating func triangularProduct(
    _ a: ValueID, _ b: ValueID, left: Rule.Triangle?, kept: Rule.Triangle?
  ) -> ValueID? {
    let rank = shape(b).count
    let (outer, size, width) = (Array(shape(b).dropLast(2)), shape(a)[0], shape(b)[rank - 1])
    let dtype = builder.type(a).dtype
    // Few rows make a matrix product slow: it packs the other factor anew for each block.
    let step = size < 1024 ? (size + 1) / 2 : max(512, (size / 8 + 63) / 64 * 64)
    var rows: [ValueID] = []
    for start in stride(from: 0, to: size, by: step) {
      let end = min(start + step, size)
      let inner = left == .lower ? 0..<end : left == .upper ? start..<size : 0..<size
      let columns = kept == .lower ? 0..<end : kept == .upper ? start..<size : 0..<width
      let leftBlock = slice(
        slice(a, 0, start: start, count: end - start, step: 1), 1, start: inner.lowerBound, count: inner.count, step: 1)
      let rightBlock = slice(
        slice(b, rank - 2, start: inner.lowerBound, count: inner.count, step: 1), rank - 1,
        start: columns.lowerBound, count: columns.count, step: 1)
      var block = product(leftBlock, rightBlock)
      // The block on the diagonal still needs the mask.
      if let kept {
        block = library(
          kept == .lower ? "tril.default" : "triu.default", [block], [.integer(start - columns.lowerBound)],
          shape: [end - start, columns.count], dtype: dtype)
      }
      if columns.count < width {
        block = library(
          "constant_pad_nd.default", [block],
          [.list([.integer(columns.lowerBound), .integer(width - columns.upperBound)])],
          shape: [end - start, width], dtype: dtype)
      }
      rows.append(block)
    }
    let whole = builder.add(
      .call(Call("aten.cat.default", [.list(rows.indices.map { .operand($0) }), .integer(rank - 2)])), rows,
      TensorType(dtype, outer + [size, width]), origin: origin)
    return finite(whole)
  }
}
