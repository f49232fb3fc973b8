/// Appends nodes, giving equal pure nodes one identity, and keeps types right.
struct GraphBuilder {
  typealias ValueID = TensorGraph.ValueID

  private(set) var nodes: [TensorGraph.Node] = []
  private var known: [Key: ValueID] = [:]

  private struct Key: Hashable {
    var operation: TensorGraph.Operation
    var operands: [ValueID]
    var type: TensorType
  }

  mutating func add(
    _ operation: TensorGraph.Operation, _ operands: [ValueID], _ type: TensorType, origin: TensorGraph.Origin
  ) -> ValueID {
    let key = Key(operation: operation, operands: operands, type: type)
    // Calls may draw random numbers: two equal ones are not one. The same holds for a copy, whose point is to be new.
    var isPure = operation != .elementwise(.identity)
    if case .call = operation { isPure = false }
    if isPure, let same = known[key] { return same }
    nodes.append(.init(operation, operands, type, origin: origin))
    if isPure { known[key] = nodes.count - 1 }
    return nodes.count - 1
  }

  func type(_ id: ValueID) -> TensorType { nodes[id].type }
  func shape(_ id: ValueID) -> [Int] { nodes[id].type.shape }
}

extension TensorGraph {
  /// Copies the graph node by node, letting `replace` put something else in a node's place.
  ///
  /// `replace` gets the node with its operands already mapped and its old index, and returns nil to copy it as it is.
  /// Values that nothing uses any more are left out.
  func rewritten(
    _ replace: (Node, ValueID, inout GraphBuilder) throws -> ValueID?
  ) rethrows -> TensorGraph {
    var builder = GraphBuilder()
    var mapped: [ValueID] = []
    for (index, node) in nodes.enumerated() {
      var copy = node
      copy.operands = node.operands.map { mapped[$0] }
      if let replacement = try replace(copy, index, &builder) {
        mapped.append(replacement)
      } else {
        mapped.append(builder.add(copy.operation, copy.operands, copy.type, origin: copy.origin))
      }
    }
    var result = self
    result.nodes = builder.nodes
    result.outputs = outputs.map { output in
      if case .value(let id) = output { .value(mapped[id]) } else { output }
    }
    return result.pruned()
  }

  /// Without the nodes that no output depends on; randomness is kept, because it advances the generator.
  func pruned() -> TensorGraph { pruning().graph }

  /// The same, with where each node has come to be; -1 for those left out.
  func pruning() -> (graph: TensorGraph, places: [ValueID]) {
    var isNeeded = nodes.map { node in
      if case .call(let call) = node.operation { return call.isCalledForItself }
      return false
    }
    for case .value(let id) in outputs { isNeeded[id] = true }
    for index in nodes.indices.reversed() where isNeeded[index] {
      for operand in nodes[index].operands { isNeeded[operand] = true }
    }
    if !isNeeded.contains(false) { return (self, Array(nodes.indices)) }
    var mapped = [ValueID](repeating: -1, count: nodes.count)
    var result = self
    result.nodes = []
    for (index, node) in nodes.enumerated() where isNeeded[index] {
      var copy = node
      copy.operands = node.operands.map { mapped[$0] }
      mapped[index] = result.nodes.count
      result.nodes.append(copy)
    }
    result.outputs = outputs.map { if case .value(let id) = $0 { .value(mapped[id]) } else { $0 } }
    return (result, mapped)
  }

  /// For every node the nodes that use it, each once.
  var users: [[ValueID]] {
    var users = [[ValueID]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for operand in Set(node.operands) { users[operand].append(index) }
    }
    return users
  }

  /// The values that are returned.
  var returned: Set<ValueID> {
    Set(outputs.compactMap { if case .value(let id) = $0 { id } else { nil } })
  }

  /// Whether a result is this value or a view of it.
  func isReturned(_ id: ValueID) -> Bool { returned.contains { source($0).root == id } }

  /// For every node whether it depends on nothing but what the module holds and on numbers, so that it can be
  /// computed once and kept until a parameter changes.
  var isPrepared: [Bool] {
    var prepared: [Bool] = []
    for node in nodes {
      switch node.operation {
      case .input, .slidingMean, .recurrence: prepared.append(false)
      case .call(let call): prepared.append(call.isDeterministic && node.operands.allSatisfy { prepared[$0] })
      default: prepared.append(node.operands.allSatisfy { prepared[$0] })
      }
    }
    return prepared
  }
}

extension Call {
  /// Draws from a random generator.
  var isRandom: Bool {
    ["rand", "bernoulli", "dropout", "multinomial", "normal", "poisson", "exponential", "uniform", "rrelu"].contains {
      name.contains($0)
    }
  }

  /// Has to be called as often as it was captured and in that order, whoever reads its result.
  var isCalledForItself: Bool { isRandom || isCustom }

  var isConvolution: Bool {
    [
      "aten.conv1d.default", "aten.conv2d.default", "aten.conv3d.default", "aten.conv1d.padding",
      "aten.conv2d.padding", "aten.conv3d.padding",
    ].contains(target)
  }

  var isTransposedConvolution: Bool {
    ["aten.conv_transpose1d.default", "aten.conv_transpose2d.input", "aten.conv_transpose3d.input"].contains(target)
  }

  /// Known to give the same result for the same operands, and cheap enough to keep: table makers and shape changers.
  var isDeterministic: Bool {
    [
      "arange", "ones", "zeros", "full", "eye", "linspace", "tril", "triu", "cat", "stack", "conv1d", "conv2d",
      "conv3d", "linear", "matmul", "mm", "bmm", "lift_fresh_copy", "_to_copy", "flip", "roll", "cumsum", "outer",
      "unsqueeze", "reshape", "view", "permute", "transpose", "sum", "mean", "clone", "contiguous", "to", "add", "sub",
      "mul", "div",
      "lt", "le", "gt", "ge", "eq", "ne", "logical_not", "bitwise_not", "pow",
      "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "constant_pad_nd", "avg_pool1d",
    ].contains(name) || isPacking
  }
}
