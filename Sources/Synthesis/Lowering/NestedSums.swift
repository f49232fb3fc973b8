/// Weighted sums of sums as one sum: Σᵢ wᵢ Σⱼ xᵢⱼ is Σᵢⱼ wᵢ xᵢⱼ, as where a heat map's centre is made of its rows' shares.
///
/// Each of the two would be a kernel, and so would every other such sum of the same tensor; as one they join the kernel that
/// computes what they sum. It takes a multiplication an element more, of what comes from memory anyway. Exact over ℝ.
extension TensorGraph {
  /// Elements of what is summed for one of the weights: else the weights would cost as much.
  private static let elementsPerWeight = 8

  func mergingNestedSums() -> TensorGraph {
    let users = users
    return rewritten { node, index, builder in
      guard let outer = node.operation.reduced, outer.reduction == .sum,
        let product = onlyUsed(nodes[index].operands[0], users), nodes[product].operation == .elementwise(.multiply)
      else { return nil }
      for (sum, weight) in [(0, 1), (1, 0)] {
        guard let inner = onlyUsed(nodes[product].operands[sum], users), let how = nodes[inner].operation.reduced,
          how.reduction == .sum
        else { continue }
        let weights = nodes[product].operands[weight]
        let summed = nodes[inner].operands[0]
        let shape = nodes[summed].type.shape
        guard nodes[weights].type.count * Self.elementsPerWeight <= nodes[summed].type.count,
          let places = NestedSums(
            how, shape, product: nodes[product].type.shape, outer, nodes[nodes[index].operands[0]].type.shape)
        else { continue }
        let factors = builder.nodes[Self.unshaped(node.operands[0], builder)]
        guard factors.operation == .elementwise(.multiply) else { continue }
        let mapped = builder.nodes[Self.unshaped(factors.operands[sum], builder)]
        guard mapped.operation == nodes[inner].operation else { continue }
        var context = LoweringContext(replacing: node, builder)
        let own = context.reshape(factors.operands[weight], places.spread(builder.shape(factors.operands[weight])))
        let terms = context.apply(.multiply, mapped.operands[0], own)
        guard context.shape(terms) == shape, let result = context.reduce(.sum, terms, places.dimensions) else {
          continue
        }
        let shaped = context.reshape(result, node.type.shape)
        guard context.builder.type(shaped) == node.type else { continue }
        builder = context.builder
        return shaped
      }
      return nil
    }
  }

  /// What a value is but for its shape, where nothing else uses it.
  private func onlyUsed(_ id: ValueID, _ users: [[ValueID]]) -> ValueID? {
    guard users[id].count == 1, !returned.contains(id) else { return nil }
    return nodes[id].operation == .reshape ? onlyUsed(nodes[id].operands[0], users) : id
  }

  private static func unshaped(_ id: ValueID, _ builder: GraphBuilder) -> ValueID {
    let node = builder.nodes[id]
    return node.operation == .reshape ? unshaped(node.operands[0], builder) : id
  }
}

/// How the dimensions of two sums, one of the other's results, come together.
private struct NestedSums {
  /// Of what the inner one sums: all that are summed.
  var dimensions: Set<Int>
  private let rank: Int
  /// Of what the inner one sums: those that its result has.
  private let kept: [Int]
  private let product: [Int]

  /// Nil where shapes between the two differ in more than dimensions of one element, or where what is summed isn't
  /// neighbours.
  init?(
    _ inner: ReducedDimensions, _ summed: [Int], product: [Int], _ outer: ReducedDimensions, _ shape: [Int]
  ) {
    let first = summed.count - inner.inner - inner.dimensions
    let own = Set(first..<first + inner.dimensions)
    let kept = summed.indices.filter { !own.contains($0) && summed[$0] != 1 }
    let extents = kept.map { summed[$0] }
    let real = shape.indices.filter { shape[$0] != 1 }
    guard product.filter({ $0 != 1 }) == extents, real.map({ shape[$0] }) == extents else { return nil }
    let start = shape.count - outer.inner - outer.dimensions
    let later = real.indices.filter { (start..<start + outer.dimensions).contains(real[$0]) }.map { kept[$0] }
    dimensions = own.union(later)
    self.kept = kept
    rank = summed.count
    self.product = product
    guard !later.isEmpty, let low = dimensions.min(), let high = dimensions.max(),
      (low...high).allSatisfy({ dimensions.contains($0) || summed[$0] == 1 })
    else { return nil }
  }

  /// The shape of weights of `shape`, which broadcast to the product's, over what the inner sum sums.
  func spread(_ shape: [Int]) -> [Int] {
    let added = product.count - shape.count
    let extents = product.indices.filter { product[$0] != 1 }.map { $0 < added ? 1 : shape[$0 - added] }
    var result = [Int](repeating: 1, count: rank)
    for (place, extent) in zip(kept, extents) { result[place] = extent }
    return result
  }
}
