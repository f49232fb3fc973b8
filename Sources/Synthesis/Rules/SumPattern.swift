/// A node that adds up the elements of another value over some of that value's own dimensions.
///
/// It is found through whatever views and reshapes lie between the two, and in both spellings: as a primitive, and as a
/// call that no primitive expresses.
struct SumPattern {
  typealias ValueID = TensorGraph.ValueID

  /// The stored value whose elements are added.
  let source: ValueID
  /// Dimensions of the source, those with one element left out.
  let dimensions: Set<Int>
  /// What the sum is divided by: the number of elements for a mean, else 1.
  let divisor: Double

  init?(_ graph: TensorGraph, _ id: ValueID) {
    let node = graph.nodes[id]
    guard node.type.dtype.isComputed, let operand = node.operands.first,
      graph.nodes[operand].type.dtype == node.type.dtype
    else { return nil }
    let shape = graph.nodes[operand].type.shape
    let reduced: Set<Int>
    var isMean = false
    switch node.operation {
    case .reduce(.sum, let trailing): reduced = Set(shape.count - trailing..<shape.count)
    case .reduceColumns(.sum, let count, let inner):
      reduced = Set(shape.count - inner - count..<shape.count - inner)
    case .call(let call):
      switch call.target {
      case "aten.sum.default", "aten.mean.default": reduced = Set(shape.indices)
      case "aten.sum.dim_IntList", "aten.mean.dim":
        let listed = call.argument(1, "dim")?.integers ?? []
        let positive = listed.compactMap { Shape.dimension($0, rank: shape.count) }
        guard positive.count == listed.count else { return nil }
        reduced = listed.isEmpty ? Set(shape.indices) : Set(positive)
      default: return nil
      }
      guard call.keywords["dtype"] == nil, node.operands.count == 1 else { return nil }
      isMean = call.name == "mean"
    default: return nil
    }
    let found = graph.source(operand)
    let own = graph.nodes[found.root].type
    guard found.layout.offset == 0, own.count == graph.nodes[operand].type.count, own.count > 0 else { return nil }

    // Every dimension of the operand has to be a run of the source's dimensions, each used once.
    let strides = Shape.strides(own.shape)
    var summed = Set<Int>()
    var kept: [Int] = []
    for (dimension, extent) in shape.enumerated() where extent != 1 {
      var rest = extent
      var run: [Int] = []
      guard
        var at = own.shape.indices.last(where: {
          own.shape[$0] != 1 && strides[$0] == found.layout.strides[dimension]
        })
      else { return nil }
      while true {
        guard rest % own.shape[at] == 0 else { return nil }
        rest /= own.shape[at]
        if own.shape[at] != 1 { run.insert(at, at: 0) }
        if rest == 1 { break }
        if at == 0 { return nil }
        at -= 1
      }
      if reduced.contains(dimension) { summed.formUnion(run) } else { kept += run }
    }
    let large = own.shape.indices.filter { own.shape[$0] != 1 }
    guard summed.count + kept.count == large.count, summed.union(kept) == Set(large), kept == kept.sorted() else {
      return nil
    }
    divisor = isMean ? Double(summed.map { own.shape[$0] }.reduce(1, *)) : 1
    // Dimensions that aren't neighbours are added up in several steps.
    if graph.nodes[found.root].operation.isReduction, let inner = SumPattern(graph, found.root), inner.divisor == 1 {
      let shape = graph.nodes[inner.source].type.shape
      let left = shape.indices.filter { shape[$0] != 1 && !inner.dimensions.contains($0) }
      guard left.count == large.count else { return nil }
      source = inner.source
      dimensions = inner.dimensions.union(zip(large, left).filter { summed.contains($0.0) }.map(\.1))
    } else {
      source = found.root
      dimensions = summed
    }
  }
}

extension TensorGraph {
  /// How many nodes and results use each value, nodes that only show it differently not counted but what uses them.
  var storedUses: [Int] {
    var uses = [Int](repeating: 0, count: nodes.count)
    for (id, node) in nodes.enumerated() where isStored(id) {
      for root in Set(node.operands.map { source($0).root }) where root != id { uses[root] += 1 }
    }
    for id in returned { uses[source(id).root] += 1 }
    return uses
  }
}

extension LoweringContext {
  /// A context for building nodes in a rule: the helpers of lowerings, at the place of a node that is being replaced.
  init(replacing node: TensorGraph.Node, _ builder: GraphBuilder) {
    self.init(
      call: Call("", []), operands: node.operands, type: node.type, origin: node.origin, builder: builder)
  }

  /// The sum over any dimensions, without them.
  mutating func sum(_ x: ValueID, _ dimensions: Set<Int>) -> ValueID? {
    if dimensions.isEmpty { return x }
    let rank = shape(x).count
    let kept = (0..<rank).filter { !dimensions.contains($0) }
    let extents = kept.map { shape(x)[$0] }
    let moved = kept + dimensions.sorted() == Array(0..<rank) ? x : permuted(x, kept + dimensions.sorted())
    return reduce(.sum, moved, Set(kept.count..<rank)).map { reshape($0, extents) }
  }

  mutating func library(
    _ target: String, _ tensors: [ValueID], _ others: [CallArgument] = [], keywords: [String: CallArgument] = [:],
    shape: [Int], dtype: ElementType
  ) -> ValueID {
    call(target, tensors, tensors.indices.map { .operand($0) } + others, keywords: keywords, shape: shape, dtype: dtype)
  }

  /// The value itself, with a check at run time that its elements are finite: else the call takes the original path.
  ///
  /// Sums in another order agree over the reals, but Inf − Inf and 0 · Inf come out in one order and not in the other.
  ///
  /// - Parameter checked: what has to be finite instead of the value.
  mutating func finite(_ x: ValueID, checking checked: [ValueID] = []) -> ValueID {
    let operands = [x] + checked
    let call = Call(Call.finiteCheck, operands.indices.map { .operand($0) })
    return builder.add(.call(call), operands, builder.type(x), origin: origin)
  }

  /// The same values in another type: exactly, from the unrounded numbers, where they are prepared.
  mutating func converted(_ x: ValueID, to dtype: ElementType, isPrepared: Bool = false) -> ValueID {
    let type = builder.type(x)
    if type.dtype == dtype { return x }
    if isPrepared {
      return builder.add(.elementwise(.identity), [x], TensorType(dtype, type.shape), origin: origin)
    }
    return library("_to_copy.default", [x], keywords: ["dtype": .dtype(dtype)], shape: type.shape, dtype: dtype)
  }
}

extension Call {
  /// Gives its first operand back, unless the others (or that one, if it has no others) have elements that aren't finite:
  /// then the original is called instead.
  static let finiteCheck = "kernelwright.finite.default"
}
