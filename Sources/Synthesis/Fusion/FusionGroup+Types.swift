extension FusionGroup {
  /// The type that a kernel of these nodes computes in; nil where they need two, or one that there are no kernels for.
  ///
  /// Arithmetic decides. What is only passed on may have any type: it is widened when it is read, and rounded when it is
  /// written or where the op says so.
  static func computedType(_ members: [ValueID], in graph: TensorGraph) -> ElementType? {
    var decided: ElementType?
    var passed: ElementType = .float32
    for id in members {
      let node = graph.nodes[id]
      let operands = node.operands.map { graph.nodes[$0].type.dtype }
      if case .elementwise(let operation) = node.operation, operation.isCopy {
        guard let result = node.type.dtype.arithmetic, let source = operands.first,
          source.isFloating || source.isInteger || source == .bool
        else { return nil }
        // What float32 can't hold may not go through it.
        if result == .float64, !source.isExact(in: .float32) {
          guard decided == nil || decided == .float64 else { return nil }
          decided = .float64
        }
        if result == .float64 || source == .float64 { passed = .float64 }
        continue
      }
      // Whole numbers that are compared are no matter of what is computed in.
      let isComparison = node.type.dtype == .bool && operands.allSatisfy(\.isInteger)
      if isComparison { continue }
      let isIndex = node.operation.reduced?.reduction.isIndex ?? false
      for type in (isIndex ? [] : [node.type.dtype]) + operands where type != .bool {
        guard type.isComputed, decided == nil || decided == type else { return nil }
        decided = type
      }
    }
    return decided ?? passed
  }
}

extension TensorGraph {
  /// Where a kernel that computes in `dtype` reads a value from that it doesn't compute itself: what was only widened is
  /// read as it was before that, and widened on the way.
  func readSource(_ id: ValueID, computing dtype: ElementType) -> Source {
    let outer = source(id)
    let node = nodes[outer.root]
    guard node.operation == .elementwise(.cast), node.type.dtype.isComputed else { return outer }
    let from = nodes[node.operands[0]].type
    guard from.dtype != .bool, from.dtype.isExact(in: node.type.dtype) || node.type.dtype == dtype else { return outer }
    let inner = source(node.operands[0])
    if inner.layout == StridedLayout(strides: Shape.strides(from.shape)) {
      return Source(root: inner.root, layout: outer.layout)
    }
    // A view of a view: as long as the outer one shows all in its order.
    let shape = nodes[id].type.shape
    guard outer.layout == StridedLayout(strides: Shape.strides(shape)), nodes[id].type.count == node.type.count,
      let strides = shape == from.shape ? inner.layout.strides : inner.layout.reshaped(from: from.shape, to: shape)
    else { return outer }
    return Source(root: inner.root, layout: StridedLayout(offset: inner.layout.offset, strides: strides))
  }
}
