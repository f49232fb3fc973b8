/// Where the elements of a value really are: a value that is stored, and the layout over its row-major storage.
struct Source: Hashable {
  var root: TensorGraph.ValueID
  var layout: StridedLayout
}

extension TensorGraph {
  /// Follows views and reshapes down to what is stored.
  ///
  /// A reshape that no strides can express is itself the root: it has to be copied.
  func source(_ id: ValueID) -> Source {
    let node = nodes[id]
    switch node.operation {
    case .view(let layout):
      // The operand of a view is stored, or a reshape of what is.
      let inner = source(node.operands[0])
      return inner.layout.isRowMajor(nodes[node.operands[0]].type.shape)
        ? Source(root: inner.root, layout: layout) : Source(root: node.operands[0], layout: layout)
    case .reshape:
      let inner = source(node.operands[0])
      let shape = nodes[node.operands[0]].type.shape
      guard let strides = inner.layout.reshaped(from: shape, to: node.type.shape) else { break }
      return Source(root: inner.root, layout: .init(offset: inner.layout.offset, strides: strides))
    default: break
    }
    return Source(root: id, layout: .init(strides: Shape.strides(node.type.shape)))
  }

  /// Views and numbers are not computed by anyone: they take part in no ordering.
  func isStored(_ id: ValueID) -> Bool { source(id).root == id }

  /// The stored values that a value is computed from.
  func dependencies(_ id: ValueID) -> [ValueID] { nodes[id].operands.map { source($0).root } }
}

extension StridedLayout {
  /// Shows all elements in their order; strides of dimensions with one element mean nothing.
  func isRowMajor(_ shape: [Int]) -> Bool {
    offset == 0 && zip(shape, zip(strides, Shape.strides(shape))).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Strides over `target` of a value of `shape` that broadcasts to it.
  func broadcast(from shape: [Int], to target: [Int]) -> StridedLayout {
    let added = target.count - shape.count
    return StridedLayout(
      offset: offset,
      strides: target.indices.map { dimension in
        dimension < added || shape[dimension - added] == 1 ? 0 : strides[dimension - added]
      })
  }
}
