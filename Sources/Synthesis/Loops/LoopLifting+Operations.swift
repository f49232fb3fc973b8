/// What lists of equal operations come to.
extension LoopLifting {
  mutating func alike(_ steps: [ValueID], _ known: [ValueID], inner: Int) -> Lifted? {
    let node = graph.nodes[known[0]]
    switch node.operation {
    case .view: return view(steps, known, inner: inner).map { .whole($0) }
    case .elementwise(let operation): return elementwise(operation, node, steps, inner: inner)
    case .reshape:
      guard let before = place(inner, of: node.type.shape, in: graph.nodes[node.operands[0]].type.shape),
        let operand = whole(0, of: steps, inner: before)
      else { return nil }
      return .whole(reshaped(operand, shape(node.type.shape, inner: inner, steps: steps.count), origin: node.origin))
    case .reduce(let reduction, let trailing):
      guard let operand = whole(0, of: steps, inner: inner + trailing) else { return nil }
      return .whole(add(.reduce(reduction, trailing: trailing), [operand], node, steps.count, inner: inner))
    case .reduceColumns(let reduction, let dimensions, let own):
      // The steps come before what is reduced, or among the columns.
      let isBefore = inner >= own
      guard let operand = whole(0, of: steps, inner: isBefore ? inner + dimensions : inner) else { return nil }
      let operation = TensorGraph.Operation.reduceColumns(
        reduction, dimensions: dimensions, inner: isBefore ? own : own + 1)
      return .whole(add(operation, [operand], node, steps.count, inner: inner))
    case .call(let call) where call.target == "aten.linear.default" && inner > 0:
      guard let operand = whole(0, of: steps, inner: inner), builder.shape(operand).count > inner else { return nil }
      var operands = [operand]
      for position in node.operands.indices.dropFirst() {
        guard steps.allSatisfy({ $0 == Self.unknown || graph.nodes[$0].operands[position] == node.operands[position] })
        else { return nil }
        operands.append(mapped[node.operands[position]])
      }
      return .whole(add(node.operation, operands, node, steps.count, inner: inner))
    default: return nil
    }
  }

  private mutating func elementwise(
    _ operation: Elementwise, _ node: TensorGraph.Node, _ steps: [ValueID], inner: Int
  ) -> Lifted? {
    var lifted: [Lifted] = []
    for position in node.operands.indices {
      guard let operand = lift(operands(position, of: steps), inner: inner) else { return nil }
      lifted.append(operand)
    }
    let wholes = lifted.compactMap { if case .whole(let id) = $0 { id } else { nil } }
    if wholes.count == lifted.count {
      let target = shape(node.type.shape, inner: inner, steps: steps.count)
      // Of what is the same in every step there is one.
      guard Shape.broadcast(wholes.map { builder.shape($0) }) == target else { return nil }
      return .whole(add(node.operation, wholes, node, steps.count, inner: inner))
    }
    guard var loop, node.type.shape == loop.type.shape, !operation.isCopy || operation == .identity,
      node.type.dtype == .bool || node.type.dtype == loop.type.dtype
    else { return nil }
    let arguments = lifted.map { value -> Recurrence.Argument in
      switch value {
      case .inside(let argument): return argument
      case .whole(let id):
        if case .scalar(let number) = builder.nodes[id].operation { return .constant(number) }
        return .operand(loop.operand(id))
      }
    }
    guard wholes.allSatisfy({ [.bool, loop.type.dtype].contains(builder.type($0).dtype) }) else { return nil }
    loop.statements.append(.init(operation: operation, arguments: arguments, type: node.type.dtype))
    self.loop = loop
    return .inside(.statement(loop.statements.count - 1))
  }

  /// Views of one tensor, each as far from the one before; or equal views of steps' own values.
  private mutating func view(_ steps: [ValueID], _ known: [ValueID], inner: Int) -> ValueID? {
    var layouts: [StridedLayout?] = []
    for step in steps {
      if step == Self.unknown {
        layouts.append(nil)
      } else if case .view(let layout) = graph.nodes[step].operation {
        layouts.append(layout)
      }
    }
    let node = graph.nodes[known[0]]
    guard layouts.count == steps.count, let first = layouts.compactMap(\.self).first,
      layouts.allSatisfy({ $0 == nil || $0?.strides == first.strides })
    else { return nil }
    let target = shape(node.type.shape, inner: inner, steps: steps.count)
    let dimension = target.count - inner - 1
    func strides(_ own: Int) -> [Int] {
      let padded = [Int](repeating: 0, count: target.count - 1 - first.strides.count) + first.strides
      return Array(padded[..<dimension]) + [own] + Array(padded[dimension...])
    }
    let roots = Set(known.map { graph.nodes[$0].operands[0] })
    if roots.count > 1 {
      guard layouts.allSatisfy({ $0 == nil || $0?.offset == first.offset }) else { return nil }
      let rank = graph.nodes[node.operands[0]].type.shape.count
      guard let root = whole(0, of: steps, inner: rank), !isView(root) else { return nil }
      let size = graph.nodes[node.operands[0]].type.count
      guard builder.shape(root) == [steps.count] + graph.nodes[node.operands[0]].type.shape else { return nil }
      return show(root, StridedLayout(offset: first.offset, strides: strides(size)), target, node)
    }
    let places = layouts.indices.filter { layouts[$0] != nil }
    guard places.count > 1, let a = layouts[places[0]]?.offset, let b = layouts[places[1]]?.offset else { return nil }
    let (start, pitch) = (a - (b - a) * places[0], b - a)
    guard places.allSatisfy({ layouts[$0]?.offset == start + pitch * $0 }), pitch > 0, start >= 0 else { return nil }
    let root = mapped[node.operands[0]]
    let layout = StridedLayout(offset: start, strides: strides(pitch))
    guard !isView(root), layout.lies(within: builder.type(root).count, shape: target) else { return nil }
    return show(root, layout, target, node)
  }

  private func isView(_ id: ValueID) -> Bool {
    if case .view = builder.nodes[id].operation { true } else { false }
  }

  private mutating func show(
    _ root: ValueID, _ layout: StridedLayout, _ shape: [Int], _ node: TensorGraph.Node
  ) -> ValueID {
    var context = LoweringContext(replacing: node, builder)
    defer { builder = context.builder }
    return context.view(root, shape: shape) { _ in layout }
  }

  // MARK: Shapes

  /// With a dimension for the steps in front of the last `inner`.
  func shape(_ own: [Int], inner: Int, steps: Int) -> [Int] {
    let padded = [Int](repeating: 1, count: max(0, inner - own.count)) + own
    return Array(padded.dropLast(inner)) + [steps] + Array(padded.suffix(inner))
  }

  /// How many dimensions of another shape of the same elements come after a place; nil where it lies inside one.
  private func place(_ inner: Int, of shape: [Int], in other: [Int]) -> Int? {
    guard inner <= shape.count else { return nil }
    let below = shape.suffix(inner).reduce(1, *)
    return (0...other.count).first { other.suffix($0).reduce(1, *) == below }
  }

  mutating func invariant(_ id: ValueID, inner: Int) -> ValueID {
    let shape = graph.nodes[id].type.shape
    if shape.count <= inner { return mapped[id] }
    return reshaped(mapped[id], self.shape(shape, inner: inner, steps: 1), origin: graph.nodes[id].origin)
  }

  private func operands(_ position: Int, of steps: [ValueID]) -> [ValueID] {
    steps.map { $0 == Self.unknown ? $0 : graph.nodes[$0].operands[position] }
  }

  private mutating func whole(_ position: Int, of steps: [ValueID], inner: Int) -> ValueID? {
    if case .whole(let id)? = lift(operands(position, of: steps), inner: inner) { id } else { nil }
  }

  private mutating func add(
    _ operation: TensorGraph.Operation, _ operands: [ValueID], _ node: TensorGraph.Node, _ steps: Int, inner: Int
  ) -> ValueID {
    let type = TensorType(node.type.dtype, shape(node.type.shape, inner: inner, steps: steps))
    return builder.add(operation, operands, type, origin: node.origin)
  }

  mutating func reshaped(_ id: ValueID, _ shape: [Int], origin: TensorGraph.Origin) -> ValueID {
    var context = LoweringContext(replacing: .init(.reshape, [id], builder.type(id), origin: origin), builder)
    defer { builder = context.builder }
    return context.reshape(id, shape)
  }
}
