extension Rule {
  /// Convolutions in two and three dimensions, and what lies between them, on tensors whose channels come last.
  public static let channelsLast = Rule(
    id: "channels-last",
    reason:
      "convolutions have a pixel's channels side by side, as their vectors want them: tensors are brought into that order "
      + "once and not around every convolution, and what lies between stays in it",
    exactness: "exact over ℝ (products are added in another order)", labels: ["library-call"]
  ) { graph in
    var rewrite = ChannelsLastRewrite(graph)
    return rewrite.result()
  }
}

/// Carries every value in row-major order, with its channels last, or both, as whoever needs it asks for it.
private struct ChannelsLastRewrite {
  typealias ValueID = TensorGraph.ValueID

  let graph: TensorGraph
  private let isPrepared: [Bool]
  private var builder = GraphBuilder()
  /// The new graph's values for the old one's.
  private var first: [ValueID?]
  private var last: [ValueID?]
  /// Whether anything is gained that the library doesn't do by itself: it chooses its own order for packed weights.
  private var isWorthIt = false

  init(_ graph: TensorGraph) {
    self.graph = graph
    isPrepared = graph.isPrepared
    first = [ValueID?](repeating: nil, count: graph.nodes.count)
    last = first
  }

  /// Nil where there is no convolution, or nothing that would change.
  mutating func result() -> TensorGraph? {
    for id in graph.nodes.indices { rewrite(id) }
    guard isWorthIt else { return nil }
    var result = graph
    result.outputs = graph.outputs.map { output in
      if case .value(let id) = output { .value(rowMajor(id)) } else { output }
    }
    result.nodes = builder.nodes
    return result.pruned()
  }

  private mutating func rewrite(_ id: ValueID) {
    let node = graph.nodes[id]
    guard !isPrepared[id] else { return copy(id) }
    switch node.operation {
    // Where its elements are is decided by who asks for them.
    case .reshape: return
    case .call(let call) where call.target == Call.finiteCheck:
      guard isOnlyLast(node.operands[0]) else { return copy(id) }
      let operands = [channelsLast(node.operands[0])] + node.operands.dropFirst().map { rowMajor($0) }
      last[id] = builder.add(node.operation, operands, builder.type(operands[0]), origin: node.origin)
    case .call(let call):
      guard let moved = call.withChannelsLast, takes(call, node) else { return copy(id) }
      last[id] = layer(call, moved, node)
    case .elementwise:
      guard prefersLast(node) else { return copy(id) }
      let operands = node.operands.map { broadcast($0, rank: node.type.shape.count) }
      last[id] = builder.add(node.operation, operands, moved(node.type), origin: node.origin)
      isWorthIt = true
    case .pool(let pooling):
      guard isOnlyLast(node.operands[0]), let call = libraryCall(pooling, node) else { return copy(id) }
      last[id] = builder.add(.call(call), [channelsLast(node.operands[0])], moved(node.type), origin: node.origin)
      isWorthIt = true
    case .reduce, .reduceColumns:
      guard let value = reduced(node) else { return copy(id) }
      first[id] = value
      isWorthIt = true
    default: copy(id)
    }
  }

  private mutating func copy(_ id: ValueID) {
    let node = graph.nodes[id]
    let operands = node.operands.map { rowMajor($0) }
    first[id] = builder.add(node.operation, operands, node.type, origin: node.origin)
  }

  // MARK: Values

  private func isOnlyLast(_ id: ValueID) -> Bool { last[id] != nil && first[id] == nil }

  private func moved(_ type: TensorType) -> TensorType { TensorType(type.dtype, ChannelsLast.shape(type.shape)) }

  /// - Parameter operands: in the new graph.
  private func context(_ id: ValueID, _ operands: [ValueID]) -> LoweringContext {
    var node = graph.nodes[id]
    node.operands = operands
    return LoweringContext(replacing: node, builder)
  }

  private mutating func reshape(_ value: ValueID, _ shape: [Int], for id: ValueID) -> ValueID {
    var context = context(id, [value])
    let result = context.reshape(value, shape)
    builder = context.builder
    return result
  }

  /// The value as the old graph has it.
  private mutating func rowMajor(_ id: ValueID) -> ValueID {
    if let value = first[id] { return value }
    let node = graph.nodes[id]
    let value: ValueID
    if let moved = last[id] {
      value =
        ChannelsLast.isSame(node.type.shape)
        ? reshape(moved, node.type.shape, for: id)
        : builder.add(.call(Call(Call.leaveChannelsLast, [.operand(0)])), [moved], node.type, origin: node.origin)
    } else {
      let operand = node.operands[0]
      let isMoved = isOnlyLast(operand) && ChannelsLast.isSame(graph.nodes[operand].type.shape)
      value = reshape(isMoved ? channelsLast(operand) : rowMajor(operand), node.type.shape, for: id)
    }
    first[id] = value
    return value
  }

  /// The value with its channels last.
  private mutating func channelsLast(_ id: ValueID) -> ValueID {
    if let value = last[id] { return value }
    let node = graph.nodes[id]
    let own = rowMajor(id)
    let value: ValueID
    if ChannelsLast.isSame(node.type.shape) {
      value = reshape(own, ChannelsLast.shape(node.type.shape), for: id)
    } else {
      let format = ChannelsLast.format(node.type.shape.count)
      value = builder.add(
        .call(Call(Call.enterChannelsLast, [.operand(0), format])), [own], moved(node.type), origin: node.origin)
    }
    last[id] = value
    return value
  }

  /// An operand of an element-wise operation between tensors with so many dimensions.
  private mutating func broadcast(_ id: ValueID, rank: Int) -> ValueID {
    let type = graph.nodes[id].type
    if type.shape.isEmpty { return rowMajor(id) }
    if type.shape.count == rank, last[id] != nil || !isPrepared[id] { return channelsLast(id) }
    let full = [Int](repeating: 1, count: rank - type.shape.count) + type.shape
    let value = reshape(rowMajor(id), full, for: id)
    if ChannelsLast.isSame(full) { return reshape(value, ChannelsLast.shape(full), for: id) }
    var context = context(id, [value])
    let result = context.permuted(value, ChannelsLast.order(rank))
    builder = context.builder
    return result
  }

  // MARK: Operations

  /// Convolutions ask for the format; what else keeps to it takes it where it is there.
  private func takes(_ call: Call, _ node: TensorGraph.Node) -> Bool {
    let operands = call.formatted.map { node.operands[$0] }
    guard !operands.isEmpty, node.type.dtype == .float32, ChannelsLast.fits(node.type),
      operands.allSatisfy({ graph.nodes[$0].type.shape.count == node.type.shape.count && !isPrepared[$0] })
    else { return false }
    return call.isLayer || operands.contains { isOnlyLast($0) }
  }

  private mutating func layer(_ call: Call, _ moved: Call, _ node: TensorGraph.Node) -> ValueID {
    let formatted = Set(call.formatted)
    var operands: [ValueID] = []
    for (number, operand) in node.operands.enumerated() {
      operands.append(formatted.contains(number) ? channelsLast(operand) : rowMajor(operand))
    }
    // What has a layout of its own has it with packed weights already.
    if !call.hasOwnLayout { isWorthIt = true }
    if call.isConvolution, isPrepared[node.operands[1]] {
      var origin = node.origin
      origin.name = "weight"
      operands[1] = builder.add(
        .call(Call(Call.weightChannelsLast, [.operand(0), ChannelsLast.format(node.type.shape.count)])), [operands[1]],
        builder.type(operands[1]), origin: origin)
    }
    return builder.add(.call(moved), operands, self.moved(node.type), origin: node.origin)
  }

  /// Whether more of what an operation reads has its channels last than not.
  private func prefersLast(_ node: TensorGraph.Node) -> Bool {
    guard ChannelsLast.fits(node.type) else { return false }
    var balance = 0
    for operand in Set(node.operands) where graph.nodes[operand].type.shape.count == node.type.shape.count {
      if isOnlyLast(operand) { balance += graph.nodes[operand].type.bytes }
      if last[operand] == nil, first[operand] != nil, !isPrepared[operand] {
        balance -= graph.nodes[operand].type.bytes
      }
    }
    return balance > 0
  }

  /// A pooling as the library's call of tensors with channels last.
  private func libraryCall(_ pooling: Pooling, _ node: TensorGraph.Node) -> Call? {
    let input = graph.nodes[node.operands[0]].type.shape
    guard pooling.windows.count == 2, input.count == 4 else { return nil }
    let extents = zip(zip(pooling.windows, input.suffix(2)), node.type.shape.suffix(2))
    func isEven(_ roundsUp: Bool) -> Bool {
      extents.allSatisfy { pair, outputs in
        let (window, length) = pair
        let room = length + 2 * window.padding - window.reach
        return (room + (roundsUp ? window.stride - 1 : 0)) / window.stride + 1 == outputs
      }
    }
    guard isEven(false) || isEven(true), pooling.windows.allSatisfy({ 2 * $0.padding <= $0.size }) else { return nil }
    var arguments: [CallArgument] = [
      .operand(0), .integers(pooling.windows.map(\.size)), .integers(pooling.windows.map(\.stride)),
      .integers(pooling.windows.map(\.padding)),
    ]
    switch pooling.kind {
    case .maximum:
      arguments += [.integers(pooling.windows.map(\.dilation)), .truth(!isEven(false))]
      return Call("aten.max_pool2d.default", arguments).withChannelsLast
    case .mean:
      guard pooling.windows.allSatisfy({ $0.dilation == 1 }) else { return nil }
      arguments += [
        .truth(!isEven(false)), .truth(pooling.countsPadding), pooling.divisor.map { .integer($0) } ?? .none,
      ]
      return Call("aten.avg_pool2d.default", arguments).withChannelsLast
    }
  }

  /// A reduction of what has its channels last, or of the same without dimensions of one element; nil where that would
  /// bring elements, or what is left of them, into another order.
  private mutating func reduced(_ node: TensorGraph.Node) -> ValueID? {
    guard let how = node.operation.reduced else { return nil }
    var base = node.operands[0]
    if graph.nodes[base].operation == .reshape, first[base] == nil { base = graph.nodes[base].operands[0] }
    let shape = graph.nodes[base].type.shape
    guard isOnlyLast(base) else { return nil }
    // The dimensions of the base that the operand has.
    let operand = graph.nodes[node.operands[0]].type.shape
    let kept = operand == shape ? Array(shape.indices) : shape.indices.filter { shape[$0] != 1 }
    guard operand == kept.map({ shape[$0] }) else { return nil }
    let end = kept.count - how.inner
    let dimensions = Set(kept[end - how.dimensions..<end])
    let order = ChannelsLast.order(shape.count).filter { shape[$0] != 1 }
    let others = order.filter { !dimensions.contains($0) }
    let inside = order.filter { dimensions.contains($0) }
    guard others == others.sorted(), !how.reduction.isIndex || inside == inside.sorted() else { return nil }
    guard let base = last[base] else { return nil }
    var place = node
    place.operands = [base]
    var context = LoweringContext(replacing: place, builder)
    let positions = ChannelsLast.order(shape.count).enumerated().filter { dimensions.contains($0.element) }.map(
      \.offset)
    guard let value = context.reduce(how.reduction, base, Set(positions)) else { return nil }
    let result = context.reshape(value, node.type.shape)
    builder = context.builder
    return result
  }
}
