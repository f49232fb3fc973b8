/// What is computed element by element of tensors put together, as such results put together: `cat((a, b), 1) * c` is
/// `cat((a * c[:, :n], b * c[:, n:]), 1)`. Exact.
///
/// The whole then isn't written before it is used: kernels write each part to where it will be (``Placement``). And a view
/// of a whole that shows one of its parts is a view of that part.
extension TensorGraph {
  /// Each step takes a `cat` past one operation more.
  private static let mostJoinSteps = 16
  /// Every part becomes work of its own.
  private static let mostParts = 8

  func takingJoinsLast() -> TensorGraph {
    // Parts that are put together of parts multiply.
    let limit = 2 * nodes.count + 64
    var graph = self
    for _ in 0..<Self.mostJoinSteps {
      guard let next = graph.withJoinsLater(), next.nodes.count <= limit else { return graph }
      graph = next
    }
    return graph
  }

  /// The graph with every `cat` that can be taken past its user taken past it; nil where there is none.
  private func withJoinsLater() -> TensorGraph? {
    let isPrepared = isPrepared
    var cats: [ValueID: Cat] = [:]
    for id in nodes.indices where !isPrepared[id] { cats[id] = Cat(id, in: self) }
    guard !cats.isEmpty, !nodes.contains(where: { $0.type.count == 0 }) else { return nil }
    let (users, returned) = (users, returned)
    func serves(_ id: ValueID, alone user: ValueID) -> Bool { users[id] == [user] && !returned.contains(id) }
    /// Whether it is in memory, because PyTorch is called with it.
    func isCalledWith(_ id: ValueID) -> Bool {
      users[id].contains { user in
        switch nodes[user].operation {
        case .call: true
        case .view, .reshape: isCalledWith(user)
        default: false
        }
      }
    }
    /// Whether showing a part of it costs nothing.
    func isViewable(_ id: ValueID, for user: ValueID) -> Bool {
      if isPrepared[id] || isCalledWith(id) { return true }
      if case .elementwise(let operation) = nodes[id].operation {
        return operation != .identity && serves(id, alone: user)
      }
      return isInMemory(id)
    }
    var didMove = false
    let graph = rewritten { node, index, builder in
      let old = nodes[index].operands
      switch node.operation {
      case .elementwise(let operation) where operation != .identity:
        guard let place = old.indices.first(where: { cats[old[$0]] != nil && serves(old[$0], alone: index) }),
          let cat = cats[old[place]], cat.isWorthMoving, cat.parts.count <= Self.mostParts,
          nodes[old[place]].type == node.type,
          old.allSatisfy({ $0 == old[place] || isViewable($0, for: index) })
        else { return nil }
        didMove = true
        var context = LoweringContext(replacing: node, builder)
        defer { builder = context.builder }
        let wholes = old.map { cats[$0].flatMap { $0.hasEqualParts(as: cat) ? $0 : nil } }
        return cat.joining(in: &context) { number, part, context in
          let operands = node.operands.enumerated().map { position, operand in
            if wholes[position] != nil { return context.builder.nodes[operand].operands[number] }
            if case .scalar = context.builder.nodes[operand].operation { return operand }
            return context.slice(operand, of: cat, part)
          }
          return context.builder.add(
            node.operation, operands, TensorType(node.type.dtype, part.shape), origin: node.origin)
        }
      case .view(let layout):
        guard let cat = cats[old[0]], !returned.contains(index), areKernels(users[index]),
          let (number, places) = cat.part(showing: layout, node.type.shape)
        else { return nil }
        // What others read too is no longer written to its part of the whole alone.
        guard users[old[0]].count == 1 || isInMemory(nodes[old[0]].operands[number]) else { return nil }
        didMove = true
        var context = LoweringContext(replacing: node, builder)
        defer { builder = context.builder }
        let part = builder.nodes[node.operands[0]].operands[number]
        return context.view(part, shape: node.type.shape) { places.layout($0, shape: cat.parts[number].shape) }
      default: return nil
      }
    }
    return didMove ? graph : nil
  }
}

/// A `cat` of different tensors of one type.
private struct Cat {
  typealias ValueID = TensorGraph.ValueID

  struct Part {
    var start: Int
    var shape: [Int]
  }

  let type: TensorType
  let call: Call
  let dimension: Int
  let parts: [Part]

  init?(_ id: ValueID, in graph: TensorGraph) {
    let node = graph.nodes[id]
    guard case .call(let call) = node.operation, call.target == "aten.cat.default",
      let joined = graph.joint(id), joined.operands == node.operands
    else { return nil }
    (type, self.call, dimension) = (node.type, call, joined.dimension)
    var (parts, start) = ([Part](), 0)
    for operand in node.operands {
      let own = graph.nodes[operand].type
      guard own.dtype == type.dtype, own.shape.count == type.shape.count else { return nil }
      parts.append(Part(start: start, shape: own.shape))
      start += own.shape[dimension]
    }
    guard start == type.shape[dimension] else { return nil }
    self.parts = parts
  }

  /// Whether kernels can write most of it to where it goes: shorter runs are copied there.
  var isWorthMoving: Bool {
    let inner = type.shape.dropFirst(dimension + 1).reduce(1, *)
    let long = parts.filter { $0.shape[dimension] * inner >= FusionGroup.shortestRun }
    return 2 * long.reduce(0) { $0 + $1.shape[dimension] } > type.shape[dimension]
  }

  func hasEqualParts(as other: Cat) -> Bool {
    type == other.type && dimension == other.dimension && parts.map(\.shape) == other.parts.map(\.shape)
  }

  /// The same put together of what `value` makes for each part.
  func joining(
    in context: inout LoweringContext, _ value: (Int, Part, inout LoweringContext) -> ValueID
  ) -> ValueID {
    var values: [ValueID] = []
    for (number, part) in parts.enumerated() { values.append(value(number, part, &context)) }
    return context.builder.add(.call(call), values, type, origin: context.origin)
  }

  /// The part that alone is shown by a view of the whole, and where it is shown there.
  func part(showing layout: StridedLayout, _ shape: [Int]) -> (number: Int, places: PlacesInView)? {
    guard var places = PlacesInView(layout, shape, of: type.shape) else { return nil }
    var (low, high) = (places.starts[dimension], places.starts[dimension])
    for (place, (step, extent)) in zip(places.dimensions, zip(places.steps, shape)) where place == dimension {
      if step < 0 { low += step * (extent - 1) } else { high += step * (extent - 1) }
    }
    let number = parts.firstIndex { $0.start <= low && high < $0.start + $0.shape[dimension] }
    guard let number else { return nil }
    places.starts[dimension] -= parts[number].start
    return (number, places)
  }
}

extension LoweringContext {
  /// What goes with a part, of a tensor that broadcasts to the whole.
  fileprivate mutating func slice(_ id: TensorGraph.ValueID, of cat: Cat, _ part: Cat.Part) -> TensorGraph.ValueID {
    var shape = shape(id)
    let dimension = cat.dimension - (part.shape.count - shape.count)
    guard dimension >= 0, shape[dimension] > 1 else { return id }
    shape[dimension] = part.shape[cat.dimension]
    return view(id, shape: shape) { layout in
      StridedLayout(offset: layout.offset + layout.strides[dimension] * part.start, strides: layout.strides)
    }
  }
}
