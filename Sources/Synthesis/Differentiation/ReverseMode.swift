/// One differentiation of a captured graph on its way: the forward's values in primitives first, then gradients from the
/// last call to the first.
struct ReverseMode {
  typealias ValueID = TensorGraph.ValueID
  typealias Source = BackwardPass.Source

  let captured: TensorGraph
  /// Whether results of the op may be read, where PyTorch itself keeps them.
  let readsResults: Bool
  private(set) var builder = GraphBuilder()
  /// What the inputs of the graph that is built stand for.
  private(set) var sources: [Source] = []
  /// Returned leaves that have a gradient, with what they depend on.
  private(set) var differentiable: [Int: Set<Source>] = [:]
  /// In primitives: the results of every captured node.
  private var values: [[ValueID]] = []
  /// The variables that every captured node depends on.
  private var variables: [Set<Source>] = []
  /// Gradients that have come back so far, by captured node and result.
  private var adjoints: [ValueID: [ValueID?]] = [:]

  /// Computes the forward; nil where a call on the way of gradients can't be said in primitives.
  init?(_ captured: TensorGraph, readsResults: Bool) {
    self.captured = captured
    self.readsResults = readsResults
    let usesLaterResults = captured.usesLaterResults
    for (id, node) in captured.nodes.enumerated() {
      guard let results = forward(node, usesLaterResults: usesLaterResults.contains(id)) else { return nil }
      values.append(results)
      variables.append(dependencies(node))
    }
  }

  private mutating func input(_ source: Source, _ type: TensorType, origin: TensorGraph.Origin) -> ValueID {
    let number = sources.firstIndex(of: source) ?? sources.count
    if number == sources.count { sources.append(source) }
    return builder.add(.input(number), [], type, origin: origin)
  }

  // MARK: Forward

  private func dependencies(_ node: TensorGraph.Node) -> Set<Source> {
    guard node.type.dtype.isFloating else { return [] }
    switch node.operation {
    case .input(let position): return [.argument(position)]
    case .parameter(let path, .parameter): return [.parameter(path: path)]
    case .call(let call) where ["detach", "detach_copy"].contains(call.name): return []
    default: return node.operands.reduce(into: []) { $0.formUnion(variables[$1]) }
    }
  }

  private mutating func forward(_ node: TensorGraph.Node, usesLaterResults: Bool) -> [ValueID]? {
    let operands = node.operands.map { values[$0][0] }
    switch node.operation {
    case .input(let position): return [input(.argument(position), node.type, origin: node.origin)]
    case .parameter(let path, _): return [input(.parameter(path: path), node.type, origin: node.origin)]
    case .scalar: return [builder.add(node.operation, [], node.type, origin: node.origin)]
    case .element(let index):
      let list = values[node.operands[0]]
      return index < list.count ? [list[index]] : nil
    case .call(let call):
      let primitives = TensorGraph.primitives(
        call, operands, node.type, origin: node.origin, isRounded: false, usesLaterResults: usesLaterResults,
        &builder)
      if let primitives { return primitives }
      // Left to PyTorch: no gradient goes through it, and it gives the same every time.
      guard dependencies(node).isEmpty, call.isDeterministic else { return nil }
      return [builder.add(node.operation, operands, node.type, origin: node.origin)]
    default: return nil
    }
  }

  // MARK: Backward

  /// - Returns: false where a derivative is missing.
  mutating func differentiate() -> Bool {
    for (leaf, output) in captured.outputs.enumerated() {
      guard case .value(let id) = output, !variables[id].isEmpty else { continue }
      let node = captured.nodes[id]
      // What is returned twice is one tensor to PyTorch.
      guard node.type.dtype.isComputed, !captured.outputs[..<leaf].contains(output) else { return false }
      let origin = TensorGraph.Origin(name: node.origin.name + "_gradient", target: node.origin.target)
      add(input(.upstream(leaf), node.type, origin: origin), to: id, 0)
      differentiable[leaf] = variables[id]
    }
    for (id, node) in captured.nodes.enumerated().reversed() where !variables[id].isEmpty {
      guard let upstream = adjoints[id] else { continue }
      switch node.operation {
      case .element(let index):
        if let gradient = upstream[0] { add(gradient, to: node.operands[0], index) }
      case .call(let call):
        guard differentiate(call, id, upstream) else { return false }
      default: continue
      }
    }
    return true
  }

  private mutating func differentiate(_ call: Call, _ id: ValueID, _ upstream: [ValueID?]) -> Bool {
    let node = captured.nodes[id]
    guard let derivative = TensorGraph.derivatives[call.target] else { return false }
    var results = values[id]
    if readsResults, TensorGraph.keepingResult.contains(call.name),
      let leaf = captured.outputs.firstIndex(of: .value(id))
    {
      results[0] = input(.result(leaf), node.type, origin: node.origin)
    }
    var context = LoweringContext(
      call: call, operands: node.operands.map { values[$0][0] }, type: node.type, origin: node.origin.gradient,
      builder: builder)
    let about = CallGradient(
      results: results, upstream: results.indices.map { $0 < upstream.count ? upstream[$0] : nil },
      isWanted: node.operands.map { !variables[$0].isEmpty })
    // A result that only others than the first have gradients of: `upstream[0]` is what derivatives look at.
    guard about.upstream.contains(where: { $0 != nil }), let found = derivative(&context, about) else { return false }
    var sums: [(operand: ValueID, gradient: ValueID)] = []
    for (number, operand) in node.operands.enumerated() {
      guard about.isWanted[number], let gradient = found[number] else { continue }
      guard let sum = context.gathered(gradient, to: captured.nodes[operand].type.shape) else { return false }
      sums.append((operand, sum))
    }
    builder = context.builder
    for (operand, gradient) in sums { add(gradient, to: operand, 0) }
    return true
  }

  private mutating func add(_ gradient: ValueID, to id: ValueID, _ index: Int) {
    var list = adjoints[id] ?? []
    while list.count <= index { list.append(nil) }
    list[index] =
      list[index].map { earlier in
        builder.add(
          .elementwise(.add), [earlier, gradient], builder.type(gradient), origin: captured.nodes[id].origin.gradient)
      } ?? gradient
    adjoints[id] = list
  }

  /// The variables that get a gradient, in the order in which the op reads them.
  var gradients: [(Source, ValueID)] {
    captured.nodes.indices.compactMap { id in
      switch captured.nodes[id].operation {
      case .input, .parameter:
        guard let source = variables[id].first, let gradient = adjoints[id]?.first ?? nil else { return nil }
        return (source, gradient)
      default: return nil
      }
    }
  }
}

extension TensorGraph.Origin {
  /// Of what computes the gradient of a call.
  var gradient: TensorGraph.Origin {
    TensorGraph.Origin(name: name + "_gradient", target: "gradient of " + target, line: line)
  }
}
