/// Where a kernel writes a result that is put together with others: into its part of the whole, instead of a tensor of its
/// own that PyTorch copies there.
struct Placement: Hashable, Sendable {
  /// The `cat` or `stack` that it is a part of.
  var whole: TensorGraph.ValueID
  /// Elements of the whole before its first.
  var offset: Int
  /// Elements of the whole from one to the next along each dimension of the group's domain.
  var strides: [Int]
}

/// One operand of a `cat` or `stack`.
struct JoinedPart: Sendable {
  /// The operand, and what is stored of it.
  var operand: TensorGraph.ValueID
  var root: TensorGraph.ValueID
  var offset: Int
  /// Elements that lie side by side (none where they are in another order), and from the beginning of such a run to the
  /// next one's.
  var run: Int
  var pitch: Int
  /// Where it goes, in Python; `{whole}` stands for the whole.
  var place: String
}

extension TensorGraph {
  /// What a `cat` or `stack` puts together and along which dimension of the result; nil for anything else.
  func joint(_ id: ValueID) -> (dimension: Int, operands: [ValueID])? {
    let node = nodes[id]
    guard case .call(let call) = node.operation, ["aten.cat.default", "aten.stack.default"].contains(call.target),
      case .list(let items)? = call.arguments.first, !items.isEmpty, call.arguments.count <= 2,
      let named = call.argument(1, "dim")?.integer ?? (call.argument(1, "dim") == nil ? 0 : nil),
      let dimension = Shape.dimension(named, rank: node.type.shape.count)
    else { return nil }
    let operands = items.compactMap { if case .operand(let position) = $0 { node.operands[position] } else { nil } }
    return operands.count == items.count ? (dimension, operands) : nil
  }

  /// The operands of a `cat` or `stack` in row-major order; nil for anything else.
  func joined(_ id: ValueID) -> [JoinedPart]? {
    let node = nodes[id]
    guard case .call(let call) = node.operation, let (dimension, operands) = joint(id) else { return nil }
    let isStack = call.name == "stack"
    let inner = node.type.shape.dropFirst(dimension + 1).reduce(1, *)
    var parts: [JoinedPart] = []
    var start = 0
    for operand in operands {
      let shape = nodes[operand].type.shape
      guard nodes[operand].type.dtype == node.type.dtype, isStack || shape.count == node.type.shape.count else {
        return nil
      }
      let extent = isStack ? 1 : shape[dimension]
      let source = source(operand)
      // What is shown in another order than it is stored in, or is a part of it, has to be copied.
      let isInOrder =
        source.layout.isRowMajor(shape) && nodes[source.root].type.count == nodes[operand].type.count
      parts.append(
        JoinedPart(
          operand: operand, root: isInOrder ? source.root : operand, offset: start * inner,
          run: isInOrder ? extent * inner : 0, pitch: node.type.shape[dimension] * inner,
          place: isStack
            ? "{whole}.select(\(dimension), \(start))" : "{whole}.narrow(\(dimension), \(start), \(extent))"))
      start += extent
    }
    return start == node.type.shape[dimension] ? parts : nil
  }
}

extension FusionPartition {
  /// The same groups, where what only a `cat` or `stack` wants is written to where it will be.
  func placingParts(in graph: TensorGraph) -> FusionPartition {
    let users = users(in: graph)
    let isPrepared = graph.isPrepared
    var wanted: [Int: [ValueID: (whole: ValueID, part: JoinedPart)]] = [:]
    for id in graph.nodes.indices where groupOf[id] == nil && !isPrepared[id] {
      guard let parts = graph.joined(id) else { continue }
      for part in parts where part.run > 0 && users[part.root] == 1 {
        guard let number = groupOf[part.root], groups[number].outputs.contains(part.root),
          parts.count(where: { $0.root == part.root }) == 1
        else { continue }
        wanted[number, default: [:]][part.root] = (id, part)
      }
    }
    var result = self
    for (number, parts) in wanted {
      if let group = groups[number].placed(parts, in: graph) { result.groups[number] = group }
    }
    return result
  }

  /// What is put together by kernels alone, or by PyTorch from what they leave.
  var wholes: Set<ValueID> { Set(groups.flatMap { $0.placements.values.map(\.whole) }) }
}

extension FusionGroup {
  /// Shorter runs of a result are not worth a row of their own.
  static let shortestRun = 32

  fileprivate func placed(
    _ parts: [ValueID: (whole: ValueID, part: JoinedPart)], in graph: TensorGraph
  ) -> FusionGroup? {
    guard !hasReductions, var group = FusionGroup(members, in: graph) else { return nil }
    group.outputs = outputs
    let bounds = Shape.strides(group.dimensions)
    let total = group.dimensions.reduce(1, *)
    for (id, (whole, part)) in parts where group.roles[id] == .full {
      guard part.run == total || bounds.contains(part.run), part.run >= Self.shortestRun else { continue }
      group.placements[id] = Placement(
        whole: whole, offset: part.offset, strides: bounds.map { $0 < part.run ? $0 : $0 / part.run * part.pitch })
    }
    return group.placements.isEmpty ? nil : group.collapsed()
  }
}
