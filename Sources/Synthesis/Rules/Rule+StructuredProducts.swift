extension Rule {
  /// A product with a diagonal matrix scales rows or columns.
  public static let diagonalProduct = Rule(
    id: "diagonal-product",
    reason: "a product with a diagonal matrix scales each row (or column) by one number; the matrix of zeros is never "
      + "made or multiplied",
    exactness: "exact over ℝ",
    labels: ["algebraic-pruning"]
  ) { graph in
    for id in graph.nodes.indices {
      guard let product = MatrixProduct(graph, id), !product.isLinear, product.rightShape.count >= 2 else { continue }
      if let diagonal = Diagonal(graph, product.left) {
        return graph.replacingOperands(id, [diagonal.values, product.right]) { node, operands, context in
          let column = context.reshape(operands[0], context.shape(operands[0]) + [1])
          return context.apply(.multiply, column, context.finite(operands[1]))
        }
      }
      if let diagonal = Diagonal(graph, product.right) {
        return graph.replacingOperands(id, [product.left, diagonal.values]) { node, operands, context in
          let shape = context.shape(operands[1])
          let row = context.reshape(operands[1], shape.dropLast() + [1] + shape.suffix(1))
          return context.apply(.multiply, context.finite(operands[0]), row)
        }
      }
    }
    return nil
  }

  /// A matrix that is zero but for its main diagonal.
  private struct Diagonal {
    let values: TensorGraph.ValueID

    init?(_ graph: TensorGraph, _ id: TensorGraph.ValueID) {
      let node = graph.nodes[id]
      guard case .call(let call) = node.operation, node.operands.count == 1, call.arguments.first == .operand(0) else {
        return nil
      }
      let inner = graph.nodes[node.operands[0]].type
      func isDefault(_ position: Int, _ name: String, _ value: Int) -> Bool {
        (call.argument(position, name)?.integer ?? value) == value
      }
      switch call.target {
      case "aten.diag.default":
        guard inner.shape.count == 1, isDefault(1, "diagonal", 0) else { return nil }
      case "aten.diag_embed.default":
        let rank = node.type.shape.count
        guard isDefault(1, "offset", 0), [-2, rank - 2].contains(call.argument(2, "dim1")?.integer ?? -2),
          [-1, rank - 1].contains(call.argument(3, "dim2")?.integer ?? -1)
        else { return nil }
      default: return nil
      }
      guard inner.dtype == node.type.dtype, inner.dtype.isComputed else { return nil }
      values = node.operands[0]
    }
  }

  /// (A·B)·C as A·(B·C), or the other way round, where that is less arithmetic.
  public static let reassociation = Rule(
    id: "matrix-chain-order", reason: "the same chain of matrix products takes less arithmetic in the other order",
    exactness: "exact over ℝ", labels: ["algebraic-pruning"]
  ) { graph in
    let uses = graph.storedUses
    func factors(_ id: TensorGraph.ValueID) -> MatrixProduct? {
      guard let product = MatrixProduct(graph, id), !product.isLinear else { return nil }
      return product
    }
    for id in graph.nodes.indices {
      guard let outer = factors(id) else { continue }
      if uses[outer.left] == 1, let inner = factors(outer.left), inner.rightShape.count >= 2,
        let first = outer.leftShape.last, let middle = inner.leftShape.last
      {
        // (A[…,M,K]·B[K,N])·C[N,P]: with the outer dimensions counted in.
        let (rows, columns) = (inner.leftShape[inner.leftShape.count - 2], outer.rightColumns)
        let batch = Self.outerCount(outer, isVector: outer.rightShape.count == 1)
        let inside = Self.outerCount(outer.rightShape.count == 1 ? nil : (inner.rightShape, outer.rightShape))
        let before = batch * rows * first * (middle + columns)
        let after = inside * middle * first * columns + batch * rows * middle * columns
        guard after < 0.8 * before else { continue }
        return graph.replacingOperands(id, [inner.left, inner.right, outer.right]) { node, x, context in
          let late = context.product(x[1], x[2])
          return context.finite(context.product(x[0], late))
        }
      }
      if uses[outer.right] == 1, outer.rightShape.count >= 2, let inner = factors(outer.right),
        inner.rightShape.count >= 2, let middle = outer.leftShape.last, let first = inner.leftShape.last
      {
        // A[…,M,K]·(B[K,N]·C[N,P])
        let (rows, columns) = (outer.leftShape[outer.leftShape.count - 2], outer.rightColumns)
        let batch = Self.outerCount((outer.leftShape, outer.rightShape))
        let inside = Self.outerCount((inner.leftShape, inner.rightShape))
        let left = Self.outerCount((outer.leftShape, inner.leftShape))
        let before = inside * middle * first * columns + batch * rows * middle * columns
        let after = left * rows * middle * first + batch * rows * first * columns
        guard after < 0.8 * before else { continue }
        return graph.replacingOperands(id, [outer.left, inner.left, inner.right]) { node, x, context in
          let early = context.product(x[0], x[1])
          return context.finite(context.product(early, x[2]))
        }
      }
    }
    return nil
  }

  private static func outerCount(_ product: MatrixProduct, isVector: Bool) -> Double {
    isVector
      ? Double(product.leftShape.dropLast(2).reduce(1, *)) : outerCount((product.leftShape, product.rightShape))
  }

  private static func outerCount(_ shapes: ([Int], [Int])?) -> Double {
    guard let shapes else { return 1 }
    return Double(
      (Shape.broadcast([Array(shapes.0.dropLast(2)), Array(shapes.1.dropLast(2))]) ?? []).reduce(1, *))
  }
}

extension MatrixProduct {
  fileprivate var rightColumns: Double { rightShape.count == 1 ? 1 : Double(rightShape[rightShape.count - 1]) }
}

private func * (a: Double, b: Int) -> Double { a * Double(b) }
private func + (a: Int, b: Double) -> Double { Double(a) + b }
