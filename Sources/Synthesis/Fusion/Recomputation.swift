/// Reductions with copies of their own of the element-wise work before them.
///
/// A kernel reduces in one direction only. What a reduction in another direction shares with it would have to be written
/// out and read back, which costs more than reading the same inputs again: the gradient of a norm's weight, say, is a sum
/// down the columns of what the norm computes along its rows.
struct Recomputation {
  typealias ValueID = TensorGraph.ValueID

  /// Large tensors that a copy may read; with more of them writing the values out is as good.
  private static let mostReads = 3

  private(set) var graph: TensorGraph
  /// The reduction that a copy belongs to.
  private(set) var owners: [ValueID: ValueID] = [:]

  init(_ original: TensorGraph) {
    graph = original
    let main = original.mainDirection
    let isHeavy = original.isHeavy
    let users = original.users
    var nodes: [TensorGraph.Node] = []
    var mapped: [ValueID] = []
    for (id, node) in original.nodes.enumerated() {
      var copy = node
      copy.operands = node.operands.map { mapped[$0] }
      if let main, let direction = original.direction(id), direction != main,
        let own = original.copies(for: node.operands[0], isHeavy, users), own.reads <= Self.mostReads
      {
        var cloned: [ValueID: ValueID] = [:]
        for shared in own.nodes {
          var clone = original.nodes[shared]
          clone.operands = clone.operands.map { cloned[$0] ?? mapped[$0] }
          nodes.append(clone)
          cloned[shared] = nodes.count - 1
        }
        copy.operands = node.operands.map { cloned[$0] ?? mapped[$0] }
        for clone in cloned.values { owners[clone] = nodes.count }
      }
      nodes.append(copy)
      mapped.append(nodes.count - 1)
    }
    graph.nodes = nodes
    graph.outputs = original.outputs.map { if case .value(let id) = $0 { .value(mapped[id]) } else { $0 } }
    // Originals that only copies have replaced are not needed any more.
    let (pruned, places) = graph.pruning()
    graph = pruned
    owners = owners.reduce(into: [:]) { $0[places[$1.key]] = places[$1.value] }
  }
}

/// Which elements of a large tensor become one.
private struct Direction: Hashable {
  var length: Int
  var distance: Int
}

extension TensorGraph {
  /// Smaller tensors stay in the caches whoever reads them.
  private static let leastElements = 4096

  fileprivate func direction(_ id: ValueID) -> Direction? {
    guard let how = nodes[id].operation.reduced else { return nil }
    let type = nodes[nodes[id].operands[0]].type
    if type.count < Self.leastElements { return nil }
    return Direction(length: how.length(of: type.shape), distance: how.distance(in: type.shape))
  }

  /// The direction in which most is reduced, where there are several; of equals the one along rows.
  fileprivate var mainDirection: Direction? {
    var counts: [Direction: Int] = [:]
    for id in nodes.indices { if let direction = direction(id) { counts[direction, default: 0] += 1 } }
    guard counts.count > 1 else { return nil }
    return counts.max { a, b in
      (a.value, b.key.distance, b.key.length) < (b.value, a.key.distance, a.key.length)
    }?.key
  }

  /// For every node whether it, or element-wise work of the same extent before it, is too expensive to do twice.
  fileprivate var isHeavy: [Bool] {
    var heavy: [Bool] = []
    for node in nodes {
      guard case .elementwise(let operation) = node.operation else {
        let isView = node.operation == .reshape
        heavy.append(isView && node.operands.contains { heavy[$0] })
        continue
      }
      let isCheap = [.divide, .sqrt, .reciprocal].contains(operation) || !operation.isExpensive
      heavy.append(!isCheap || node.operands.contains { heavy[$0] && nodes[$0].type.count == node.type.count })
    }
    return heavy
  }

  /// The element-wise nodes, in order, that a reduction of `id` can do itself, and how many large tensors it then reads;
  /// nil where there is nothing to copy.
  fileprivate func copies(
    for id: ValueID, _ isHeavy: [Bool], _ users: [[ValueID]]
  ) -> (nodes: [ValueID], reads: Int)? {
    let count = nodes[id].type.count
    var found = Set<ValueID>()
    var leaves = Set<ValueID>()
    var stack = [id]
    while let next = stack.popLast() {
      let node = nodes[next]
      switch node.operation {
      case .elementwise(let operation)
      where node.type.count == count && operation != .identity
        && (!isHeavy[next] || next == id && users[next].count == 1):
        guard found.insert(next).inserted else { continue }
        stack += node.operands
      case .reshape where node.type.count == count:
        guard found.insert(next).inserted else { continue }
        stack += node.operands
      default: if node.type.count == count { leaves.insert(next) }
      }
    }
    let hasWork = found.contains { if case .elementwise = nodes[$0].operation { true } else { false } }
    return hasWork ? (found.sorted(), leaves.count) : nil
  }
}
