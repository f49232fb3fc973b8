extension Rule {
  /// Convolutions and linear layers with what follows them in one call each, on weights that were reordered before.
  public static let packedEpilogues = Rule(
    id: "packed-epilogues",
    reason:
      "the library has its weights in its own order once and for all instead of reordering them in every call, and applies "
      + "what follows a layer to results that are still in registers",
    exactness: "exact over ℝ (products are added in another order)", labels: ["library-call"]
  ) { fuseEpilogues($0, .packed) }

  /// The same without a change of layout, which only pays where several convolutions follow each other.
  public static let rowMajorEpilogues = Rule(
    id: "row-major-epilogues",
    reason: "the library applies what follows a convolution to results that are still in registers; "
      + "weights of linear layers are packed once",
    exactness: "exact over ℝ (products are added in another order)", labels: ["library-call"]
  ) { fuseEpilogues($0, .rowMajor) }

  /// A layer whose weights are used more often in a call than this gains little from having them in order: bringing an
  /// element into order takes about as long as forty multiply-adds.
  static let packingUses = 1024

  private static func fuseEpilogues(_ graph: TensorGraph, _ path: LibraryPath) -> TensorGraph? {
    var current = graph
    var isWorthIt = false
    while let step = firstFused(current, path) {
      current = step.graph
      isWorthIt = isWorthIt || step.isWorthIt
    }
    return isWorthIt ? current.checkingHiddenNaN() : nil
  }

  private static func firstFused(
    _ graph: TensorGraph, _ path: LibraryPath
  ) -> (graph: TensorGraph, isWorthIt: Bool)? {
    let isPrepared = graph.isPrepared
    let users = graph.users
    let returned = graph.returned
    for id in graph.nodes.indices {
      guard
        let layer = PackableLayer(graph, id, isPrepared: isPrepared)?
          .takingBias(graph, users, returned, isPrepared: isPrepared)
      else { continue }
      let isReused = layer.uses(graph) > packingUses
      var end = layer.id
      var other: (operation: String, value: TensorGraph.ValueID)?
      var epilogue = Epilogue.none
      // MKL's own linear layers have no epilogue; theirs is the kernel's that follows.
      let canFuse = path == .packed || layer.convolution != nil
      if canFuse, let found = Epilogue.after(end, in: graph, users, returned) {
        (end, epilogue) = found
      } else if canFuse, let found = binary(graph, layer, users, returned) {
        (end, other) = (found.end, (found.operation, found.other))
        if layer.convolution != nil, found.operation != "mul",
          let next = Epilogue.after(end, in: graph, users, returned), next.epilogue.attribute == "relu"
        {
          (end, epilogue) = next
        }
      }
      // What would change nothing.
      if path == .rowMajor, end == layer.id, layer.convolution != nil || isReused || layer.hasColumns { continue }
      let operands = [layer.input, layer.weight] + [layer.bias, other?.value].compactMap { $0 }
      let result = graph.replacingOperands(end, operands) { _, x, context in
        context.fused(
          layer, path, input: x[0], weight: x[1], bias: layer.bias == nil ? nil : x[2],
          other: other.map { ($0.operation, x[x.count - 1]) }, epilogue: epilogue)
      }
      if let result { return (result, end != id || !isReused) }
    }
    return nil
  }

  /// The sum (difference, product) with another tensor of the same type that alone uses a layer's results.
  private static func binary(
    _ graph: TensorGraph, _ layer: PackableLayer, _ users: [[TensorGraph.ValueID]], _ returned: Set<TensorGraph.ValueID>
  ) -> (end: TensorGraph.ValueID, operation: String, other: TensorGraph.ValueID)? {
    // Transposed convolutions have no such form.
    guard layer.convolution?.isTransposed != true, users[layer.id].count == 1, !returned.contains(layer.id),
      let end = users[layer.id].first, case .elementwise(let operation) = graph.nodes[end].operation,
      graph.nodes[end].type == graph.nodes[layer.id].type
    else { return nil }
    let operands = graph.nodes[end].operands
    guard operands.count == 2, operands[0] != operands[1],
      let position = operands.firstIndex(where: { $0 == layer.id }),
      graph.nodes[operands[1 - position]].type == graph.nodes[end].type
    else { return nil }
    switch operation {
    case .add: return (end, "add", operands[1 - position])
    case .multiply: return (end, "mul", operands[1 - position])
    case .subtract where position == 0: return (end, "sub", operands[1])
    default: return nil
    }
  }
}

extension TensorGraph {
  /// With checks at run time in front of epilogues that make numbers of NaN: a call in which there may be NaN takes the
  /// original path. Nil where a check can't be written.
  fileprivate func checkingHiddenNaN() -> TensorGraph? {
    var magnitudes = Magnitudes(self)
    // One check for all layers that the same measurements speak for, in front of the last of them.
    var checks: [(roots: Set<ValueID>, layer: ValueID, magnitude: Magnitude)] = []
    for id in nodes.indices {
      guard FusedLayer(self, id)?.epilogue.hidesNaN == true else { continue }
      _ = magnitudes.of(id)
      guard let magnitude = magnitudes.before[id] else { return nil }
      let roots = magnitude.roots
      if let index = checks.firstIndex(where: { $0.roots == roots }) {
        checks[index].layer = id
        checks[index].magnitude = .sum(checks[index].magnitude, magnitude)
      } else {
        checks.append((roots, id, magnitude))
      }
    }
    if checks.isEmpty { return self }
    var mapped: [ValueID: ValueID] = [:]
    var isComplete = true
    let result = rewritten { node, index, builder in
      var operands = node.operands
      let due = checks.filter { $0.layer == index }
      if !due.isEmpty {
        var place = node
        place.origin.name = "bound"
        var context = LoweringContext(replacing: place, builder)
        let bounds = due.compactMap { context.bound($0.magnitude, mapped) }
        isComplete = isComplete && bounds.count == due.count
        operands[0] = context.finite(operands[0], checking: bounds)
        builder = context.builder
      }
      let new = builder.add(node.operation, operands, node.type, origin: node.origin)
      mapped[index] = new
      return new
    }
    return isComplete ? result : nil
  }
}
