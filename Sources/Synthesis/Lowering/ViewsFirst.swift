/// Views of what is computed element by element, as the same computed of views: `(x - y)[:, 1:]` is `x[:, 1:] - y[:, 1:]`.
///
/// What is viewed needs a place in memory; views of what is there already are read as they are, so that the kernel that
/// uses them computes the rest along the way.
extension TensorGraph {
  /// More views than this would compute cheap values too often.
  private static let mostTimes = 3
  /// What is left after some steps, views of values that were views of values themselves, is viewed where it lies.
  private static let mostSteps = 8

  func takingViewsFirst() -> TensorGraph {
    guard !nodes.contains(where: { $0.type.count == 0 }) else { return self }
    // Different views of one long chain would each have a chain of their own.
    let limit = 2 * nodes.count + 64
    var graph = self
    for _ in 0..<Self.mostSteps {
      let movable = graph.movable
      if movable.isEmpty { return graph }
      var (didMove, isTooLarge) = (false, false)
      let next = graph.rewritten { node, index, builder in
        guard case .view(let layout) = node.operation, movable.contains(graph.nodes[index].operands[0]), !isTooLarge
        else { return nil }
        let context = LoweringContext(replacing: node, builder)
        var views = ViewedValues(graph: graph, movable: movable, limit: limit, context: context)
        let result = views.view(graph.nodes[index].operands[0], node.operands[0], layout)
        isTooLarge = views.isTooLarge
        guard let result, !isTooLarge else { return nil }
        builder = views.context.builder
        didMove = true
        return result
      }
      guard didMove, !isTooLarge else { return graph }
      graph = next
    }
    return graph
  }

  /// Element-wise values that serve nothing but views, which kernels use; empty where there is no view of such a value.
  private var movable: Set<ValueID> {
    func isElementwise(_ id: ValueID) -> Bool {
      if case .elementwise = nodes[id].operation { true } else { false }
    }
    let hasViews = nodes.contains { node in
      if case .view = node.operation { isElementwise(node.operands[0]) } else { false }
    }
    guard hasViews else { return [] }
    let users = users
    let returned = returned
    let isCheap = isCheap
    var found = Set(nodes.indices.filter(isElementwise))
    func isMovable(_ id: ValueID) -> Bool {
      guard nodes[id].operation != .elementwise(.identity), !returned.contains(id) else { return false }
      let isReady = nodes[id].operands.allSatisfy { operand in
        isInMemory(operand) || found.contains(operand)
      }
      let views = users[id].filter { !found.contains($0) }
      return isReady && views.allSatisfy { isUsedByKernels($0, users[$0], id) && !returned.contains($0) }
        && views.reduce(0) { $0 + nodes[$1].type.count } <= nodes[id].type.count * (isCheap[id] ? Self.mostTimes : 1)
    }
    // What falls out may take along what it is computed from, and what is computed from it.
    var open = Array(found.sorted().reversed())
    while let id = open.popLast() {
      guard found.contains(id), !isMovable(id) else { continue }
      found.remove(id)
      open += nodes[id].operands + users[id]
    }
    return found
  }

  /// For every value whether nothing expensive is computed element by element on the way to it.
  private var isCheap: [Bool] {
    var cheap: [Bool] = []
    for node in nodes {
      guard case .elementwise(let operation) = node.operation else {
        cheap.append(true)
        continue
      }
      cheap.append(!operation.isExpensive && node.operands.allSatisfy { cheap[$0] })
    }
    return cheap
  }

  private func isUsedByKernels(_ view: ValueID, _ users: [ValueID], _ id: ValueID) -> Bool {
    guard case .view(let layout) = nodes[view].operation,
      PlacesInView(layout, nodes[view].type.shape, of: nodes[id].type.shape) != nil
    else { return false }
    return areKernels(users)
  }

  /// Whether a value lies in memory without a kernel's work: an argument, a number, what a call gives, or a view of these.
  func isInMemory(_ id: ValueID) -> Bool {
    switch nodes[source(id).root].operation {
    case .input, .parameter, .scalar, .call, .element: true
    default: false
    }
  }

  /// Whether kernels are to do these operations: they read their operands and no more, wherever these lie.
  func areKernels(_ ids: [ValueID]) -> Bool {
    ids.allSatisfy { id in
      switch nodes[id].operation {
      case .elementwise(let operation): operation != .identity
      case .reduce, .reduceColumns, .scan, .recurrence: true
      default: false
      }
    }
  }
}

/// One view being computed of views.
private struct ViewedValues {
  typealias ValueID = TensorGraph.ValueID

  let graph: TensorGraph
  let movable: Set<ValueID>
  /// Nodes that the graph may come to have.
  let limit: Int
  private(set) var isTooLarge = false
  var context: LoweringContext
  /// Values of which the same has been made, by value and layout.
  private var made: [Source: ValueID] = [:]

  init(graph: TensorGraph, movable: Set<ValueID>, limit: Int, context: LoweringContext) {
    self.graph = graph
    self.movable = movable
    self.limit = limit
    self.context = context
  }

  /// - Parameters:
  ///   - old: an element-wise value of the graph that is rewritten.
  ///   - new: what it has become.
  ///   - layout: of the view, over the value's row-major storage.
  mutating func view(_ old: ValueID, _ new: ValueID, _ layout: StridedLayout) -> ValueID? {
    let key = Source(root: old, layout: layout)
    if let known = made[key] { return known }
    isTooLarge = isTooLarge || context.builder.nodes.count > limit
    if isTooLarge { return nil }
    let (node, shape) = (context.builder.nodes[new], context.type.shape)
    guard let places = PlacesInView(layout, shape, of: node.type.shape) else { return nil }
    var operands: [ValueID] = []
    for (oldOperand, operand) in zip(graph.nodes[old].operands, node.operands) {
      let own = context.shape(operand)
      if case .scalar = context.builder.nodes[operand].operation {
        operands.append(operand)
      } else if movable.contains(oldOperand),
        let value = view(oldOperand, operand, places.layout(.init(strides: Shape.strides(own)), shape: own))
      {
        operands.append(value)
      } else {
        operands.append(context.view(operand, shape: shape) { places.layout($0, shape: own) })
      }
    }
    let type = TensorType(node.type.dtype, shape)
    made[key] = context.builder.add(node.operation, operands, type, origin: node.origin)
    return made[key]
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
    guard !viewed.contains(0) else { return nil }
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
