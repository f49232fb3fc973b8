/// Loops that the capture has unrolled, rolled up again: what each of many steps computes alike, and a `cat` or `stack` puts
/// side by side, is computed as a whole, and what steps hand on to the next is a ``Recurrence``. Exact: step by step the
/// same is computed of the same.
extension TensorGraph {
  /// Fewer steps are as well left as they are.
  private static let fewestSteps = 4

  func rollingLoops() -> TensorGraph {
    guard nodes.indices.contains(where: { (joint($0)?.operands.count ?? 0) >= Self.fewestSteps }) else { return self }
    var lifting = LoopLifting(self)
    var mapped: [ValueID] = []
    /// Copies of what steps computed one by one.
    var steps = Set<ValueID>()
    for (index, node) in nodes.enumerated() {
      if let whole = lifting.rolled(index, mapped, fewestSteps: Self.fewestSteps) {
        // The same step by step, for whoever reads a single one: the last, mostly.
        for (step, copy) in lifting.copies() {
          steps.insert(mapped[step])
          mapped[step] = copy
        }
        mapped.append(whole)
      } else {
        let operands = node.operands.map { mapped[$0] }
        mapped.append(lifting.builder.add(node.operation, operands, node.type, origin: node.origin))
      }
    }
    guard lifting.didRoll else { return self }
    var result = self
    result.nodes = lifting.builder.nodes
    result.outputs = outputs.map { if case .value(let id) = $0 { .value(mapped[id]) } else { $0 } }
    let (rolled, places) = result.pruning()
    // Where single steps are still computed for someone, loops would be gone through twice.
    guard steps.allSatisfy({ places[$0] < 0 }), rolled.hasKernelsForLoops else { return self }
    return rolled
  }

  /// How many steps the graph's loops have, each number once.
  var loopLengths: [Int] {
    nodes.compactMap { node in
      if case .recurrence(let recurrence) = node.operation { node.type.shape[recurrence.dimension] } else { nil }
    }.unique()
  }

  private var hasKernelsForLoops: Bool {
    nodes.indices.allSatisfy { id in
      if case .recurrence = nodes[id].operation { FusionGroup([id], in: self) != nil } else { true }
    }
  }
}

extension LoopLifting {
  /// What a `cat` or `stack` of many steps' values is as a whole; nil where it isn't one, or steps aren't alike.
  ///
  /// - Parameter mapped: where the values before it are in the graph that is being made.
  mutating func rolled(_ id: ValueID, _ mapped: [ValueID], fewestSteps: Int) -> ValueID? {
    guard let (dimension, operands) = graph.joint(id), operands.count >= fewestSteps,
      let shape = operands.first.map({ graph.nodes[$0].type.shape }), Set(operands).count == operands.count
    else { return nil }
    let node = graph.nodes[id]
    let isStack = shape.count < node.type.shape.count
    let inner = shape.count - dimension
    self.mapped = mapped
    // The first (in a loop that goes backwards the last) may be what the loop began with.
    for (before, after) in [(0, 0), (1, 0), (0, 1)] {
      let steps = Array(operands.dropFirst(before).dropLast(after))
      guard steps.count >= fewestSteps, steps.allSatisfy({ graph.nodes[$0].type == graph.nodes[steps[0]].type }),
        let whole = attempt(steps, inner: inner)
      else { continue }
      // A step's own elements along the dimension follow each other.
      var type = node.type
      type.shape[dimension] = steps.count * (isStack ? 1 : shape[dimension])
      let joined = reshaped(whole, type.shape, origin: node.origin)
      didRoll = true
      if before + after == 0 { return joined }
      var parts = [joined]
      for single in operands.prefix(before) + operands.suffix(after) {
        var extents = node.type.shape
        extents[dimension] = isStack ? 1 : graph.nodes[single].type.shape[dimension]
        parts.append(reshaped(mapped[single], extents, origin: node.origin))
      }
      if before == 1 { parts.reverse() }
      let call = Call("aten.cat.default", [.list(parts.indices.map { .operand($0) }), .integer(dimension)])
      return builder.add(.call(call), parts, node.type, origin: node.origin)
    }
    return nil
  }

  private mutating func attempt(_ steps: [ValueID], inner: Int) -> ValueID? {
    let saved = self
    if case .whole(let id)? = lift(steps, inner: inner), lies(id, over: steps, inner: inner) { return id }
    self = saved
    return nil
  }

  /// Whether it has an element a step, and doesn't only broadcast to that; and whether it is computed: what is put together
  /// is a tensor of its own, never a view of another.
  private func lies(_ id: ValueID, over steps: [ValueID], inner: Int) -> Bool {
    guard builder.shape(id) == shape(graph.nodes[steps[0]].type.shape, inner: inner, steps: steps.count) else {
      return false
    }
    var root = id
    while builder.nodes[root].operation == .reshape { root = builder.nodes[root].operands[0] }
    switch builder.nodes[root].operation {
    case .elementwise, .reduce, .reduceColumns, .recurrence: return true
    default: return false
    }
  }

  /// What loops computed step by step, copied from the wholes: by the value in the graph that is rolled up.
  mutating func copies() -> [(ValueID, ValueID)] {
    defer { made = [] }
    return made.flatMap { steps, whole, inner in
      let type = builder.type(whole)
      let dimension = type.shape.count - inner - 1
      let strides = Shape.strides(type.shape)
      var shown = type
      shown.shape.remove(at: dimension)
      var own = strides
      own.remove(at: dimension)
      return steps.enumerated().compactMap { step, id -> (ValueID, ValueID)? in
        guard id != Self.unknown else { return nil }
        let layout = StridedLayout(offset: step * strides[dimension], strides: own)
        let origin = graph.nodes[id].origin
        let view = builder.add(.view(layout), [whole], shown, origin: origin)
        return (id, builder.add(.elementwise(.identity), [view], shown, origin: origin))
      }
    }
  }
}
