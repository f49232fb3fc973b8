/// Cuts a graph into fusion groups, each as large as it can be.
struct FusionPartition: Sendable {
  typealias ValueID = TensorGraph.ValueID

  var groups: [FusionGroup]
  /// The group of every member.
  var groupOf: [ValueID: Int]

  /// Nothing fused: every step is PyTorch's.
  static let none = FusionPartition()
  private init() { (groups, groupOf) = ([], [:]) }

  /// - Parameter owners: element-wise nodes that belong into the kernel of a reduction after them.
  init(_ graph: TensorGraph, owners: [ValueID: ValueID] = [:]) {
    let isPrepared = graph.isPrepared
    var sets: [Int: [ValueID]] = [:]
    var owner: [ValueID: Int] = [:]
    let dependencies = graph.nodes.indices.map { graph.dependencies($0) }
    // What was only widened is read as it was before.
    let reads = graph.nodes.indices.map { id in
      dependencies[id] + graph.nodes[id].operands.map { graph.readSource($0, computing: .float32).root }
    }

    /// No path may leave the set and come back: the kernel would wait for itself.
    func isConvex(_ members: [ValueID]) -> Bool {
      let set = Set(members)
      guard let first = members.min() else { return true }
      var seen = Set<ValueID>()
      var stack = members.flatMap { dependencies[$0] }.filter { !set.contains($0) && $0 > first }
      while let id = stack.popLast() {
        guard seen.insert(id).inserted else { continue }
        for next in dependencies[id] where next >= first {
          if set.contains(next) { return false }
          stack.append(next)
        }
      }
      return true
    }
    func canJoin(_ members: [ValueID]) -> Bool {
      FusionGroup(members, in: graph) != nil && isConvex(members)
    }

    // A reduction with what belongs to it.
    var owned: [ValueID: [ValueID]] = [:]
    for (id, reduction) in owners.sorted(by: { $0.key < $1.key }) {
      if case .elementwise = graph.nodes[id].operation { owned[reduction, default: []].append(id) }
    }
    for reduction in owned.keys { owned[reduction]?.append(reduction) }

    for (id, node) in graph.nodes.enumerated() where !isPrepared[id] {
      switch node.operation {
      case .elementwise, .reduce, .reduceColumns, .scan, .recurrence: break
      default: continue
      }
      if let later = owners[id], canJoin(owned[later] ?? []) { continue }
      var own = [id]
      if let before = owned[id], canJoin(before) { own = before }
      guard canJoin(own) else { continue }
      let neighbours = Set(own.flatMap { dependencies[$0] }.compactMap { owner[$0] })
        .sorted { (sets[$0]?.count ?? 0, $1) > (sets[$1]?.count ?? 0, $0) }
      // All of the groups it reads from; else the largest that will have it.
      for choice in [neighbours] + neighbours.map({ [$0] }) where !choice.isEmpty {
        let joined = (choice.flatMap { sets[$0] ?? [] } + own).sorted()
        guard canJoin(joined) else { continue }
        for old in choice { sets[old] = nil }
        sets[id] = joined
        for member in joined { owner[member] = id }
        break
      }
      if owner[id] == nil {
        sets[id] = own
        for member in own { owner[member] = id }
      }
    }

    // Groups that read the same large tensor and could be one: the tensor is then read once.
    var keys = sets.keys.sorted()
    var index = 0
    while index < keys.count {
      var other = index + 1
      while other < keys.count {
        let (a, b) = (sets[keys[index]] ?? [], sets[keys[other]] ?? [])
        let shared = Set(a.flatMap { reads[$0] }).intersection(b.flatMap { reads[$0] })
        let joined = (a + b).sorted()
        if shared.contains(where: { graph.nodes[$0].type.count > 1024 }), canJoin(joined) {
          sets[keys[index]] = joined
          sets[keys[other]] = nil
          keys.remove(at: other)
        } else {
          other += 1
        }
      }
      index += 1
    }

    // A lone copy is PyTorch's business, unless it fetches what it copies.
    let built = keys.compactMap { key -> FusionGroup? in
      guard let members = sets[key], let group = FusionGroup(members, in: graph),
        members.contains(where: { !graph.nodes[$0].operation.isCopy })
          || group.accesses.contains(where: { $0.index != nil })
      else { return nil }
      return group
    }
    let read = graph.read(outside: built)
    var groups: [FusionGroup] = []
    var groupOf: [ValueID: Int] = [:]
    for var group in built {
      group.outputs = group.members.filter { read.contains($0) }
      guard !group.outputs.isEmpty else { continue }
      for member in group.members { groupOf[member] = groups.count }
      groups.append(group.collapsed())
    }
    self.groups = groups
    self.groupOf = groupOf
  }
}

extension FusionPartition {
  /// How many steps use a stored value: kernels once, however often they read it.
  func users(in graph: TensorGraph) -> [ValueID: Int] {
    var users: [ValueID: Int] = [:]
    for group in groups { for input in group.inputs { users[input, default: 0] += 1 } }
    for id in graph.nodes.indices where groupOf[id] == nil && graph.isStored(id) {
      for root in Set(graph.dependencies(id)) where root != id { users[root, default: 0] += 1 }
    }
    for id in graph.returned { users[graph.source(id).root, default: 0] += 1 }
    return users
  }
}

extension TensorGraph {
  /// What is returned, and what any step that leads to it reads of what another step has computed.
  func read(outside groups: [FusionGroup]) -> Set<ValueID> {
    var groupOf: [ValueID: Int] = [:]
    for (number, group) in groups.enumerated() { for member in group.members { groupOf[member] = number } }
    var stack = returned.map { source($0).root }
    for (id, node) in nodes.enumerated() {
      if case .call(let call) = node.operation, call.isCalledForItself { stack.append(id) }
    }
    var read = Set<ValueID>()
    var isSeen = Set<Int>()
    while let id = stack.popLast() {
      guard read.insert(id).inserted else { continue }
      guard let number = groupOf[id] else {
        stack += dependencies(id)
        continue
      }
      if isSeen.insert(number).inserted { stack += groups[number].inputs }
    }
    return read
  }
}

extension TensorGraph.Operation {
  fileprivate var isCopy: Bool {
    if case .elementwise(let operation) = self { operation.isCopy } else { false }
  }
}
