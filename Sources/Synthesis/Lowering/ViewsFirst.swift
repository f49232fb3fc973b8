/// Views of what is computed element by element, as the same computed of views: `(x - y)[:, 1:]` is `x[:, 1:] - y[:, 1:]`.
///
/// What is viewed needs a place in memory; views of what is there already are read as they are, so that the kernel that
/// uses them computes the rest along the way.
extension TensorGraph {
  /// More views than this would compute cheap values too often.
  private static let mostTimes = 3

  func takingViewsFirst() -> TensorGraph {
    var graph = self
    // Each step moves views up by one operation; a graph has no more than its nodes.
    for _ in nodes.indices {
      let moved = graph.movable
      var didMove = false
      let next = graph.rewritten { node, index, builder in
        guard case .view(let layout) = node.operation, moved.contains(graph.nodes[index].operands[0]),
          let result = Self.computed(ofViews: node, layout, &builder)
        else { return nil }
        didMove = true
        return result
      }
      guard didMove else { return graph }
      graph = next
    }
    return graph
  }

  /// Element-wise values that serve nothing but views, which kernels use.
  private var movable: Set<ValueID> {
    let users = users
    let returned = returned
    var found = Set<ValueID>()
    var isStable = false
    func isMovable(_ id: ValueID) -> Bool {
      guard case .elementwise(let operation) = nodes[id].operation, operation != .identity, !returned.contains(id)
      else {
        return false
      }
      let isReady = nodes[id].operands.allSatisfy { operand in
        let root = nodes[source(operand).root].operation
        switch root {
        case .input, .parameter, .scalar, .call, .element: return true
        default: return found.contains(operand)
        }
      }
      let views = users[id].filter { !found.contains($0) }
      return isReady && views.allSatisfy { isUsedByKernels($0, users[$0], id) && !returned.contains($0) }
        && views.reduce(0) { $0 + nodes[$1].type.count } <= nodes[id].type.count * (isCheap(id) ? Self.mostTimes : 1)
    }
    for (id, node) in nodes.enumerated() { if case .elementwise = node.operation { found.insert(id) } }
    while !isStable {
      let kept = found.filter(isMovable)
      isStable = kept == found
      found = kept
    }
    return found
  }

  private func isCheap(_ id: ValueID) -> Bool {
    guard case .elementwise(let operation) = nodes[id].operation else { return true }
    return !operation.isExpensive && nodes[id].operands.allSatisfy(isCheap)
  }

  private func isUsedByKernels(_ view: ValueID, _ users: [ValueID], _ id: ValueID) -> Bool {
    guard case .view(let layout) = nodes[view].operation,
      PlacesInView(layout, nodes[view].type.shape, of: nodes[id].type.shape) != nil
    else { return false }
    return users.allSatisfy { user in
      switch nodes[user].operation {
      case .elementwise(let operation): operation != .identity
      case .reduce, .reduceColumns, .scan: true
      default: false
      }
    }
  }

  private static func computed(ofViews view: Node, _ layout: StridedLayout, _ builder: inout GraphBuilder) -> ValueID? {
    let node = builder.nodes[view.operands[0]]
    guard let places = PlacesInView(layout, view.type.shape, of: node.type.shape) else { return nil }
    var context = LoweringContext(replacing: view, builder)
    let operands = node.operands.map { operand -> ValueID in
      if case .scalar = builder.nodes[operand].operation { return operand }
      let shape = builder.shape(operand)
      return context.view(operand, shape: view.type.shape) { places.layout($0, shape: shape) }
    }
    let result = context.builder.add(node.operation, operands, view.type, origin: node.origin)
    builder = context.builder
    return result
  }
}

/// Where a view's elements lie by the dimensions of what is viewed.
struct PlacesInView {
  /// Of the viewed tensor's dimensions: where the view begins.
  var starts: [Int]
  /// Of the view's dimensions: which of the viewed tensor's they go along, nil where the same element is shown again.
  var dimensions: [Int?]
  /// Of the view's dimensions: steps.
  var steps: [Int]

  /// Nil where a dimension of the view goes along several of them.
  init?(_ layout: StridedLayout, _ shape: [Int], of viewed: [Int]) {
    let strides = Shape.strides(viewed)
    starts = viewed.indices.map { layout.offset / strides[$0] % viewed[$0] }
    guard zip(starts, strides).reduce(0, { $0 + $1.0 * $1.1 }) == layout.offset else { return nil }
    var (low, high) = (starts, starts)
    dimensions = []
    steps = []
    for (extent, stride) in zip(shape, layout.strides) {
      guard extent > 1, stride != 0 else {
        dimensions.append(nil)
        steps.append(0)
        continue
      }
      let place = viewed.indices.first { viewed[$0] > 1 && strides[$0] <= abs(stride) }
      guard let place, stride % strides[place] == 0 else { return nil }
      let step = stride / strides[place]
      dimensions.append(place)
      steps.append(step)
      if step < 0 { low[place] += step * (extent - 1) } else { high[place] += step * (extent - 1) }
    }
    guard low.allSatisfy({ $0 >= 0 }), zip(high, viewed).allSatisfy({ $0 < $1 }) else { return nil }
  }

  /// The same view of a tensor of `shape` that broadcasts to the viewed one and lies in memory as `layout` says.
  func layout(_ layout: StridedLayout, shape: [Int]) -> StridedLayout {
    let added = starts.count - shape.count
    func stride(_ dimension: Int) -> Int {
      dimension < added || shape[dimension - added] == 1 ? 0 : layout.strides[dimension - added]
    }
    return StridedLayout(
      offset: starts.indices.reduce(layout.offset) { $0 + starts[$1] * stride($1) },
      strides: zip(dimensions, steps).map { dimension, step in dimension.map { stride($0) * step } ?? 0 })
  }
}
