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
      case .elementwise, .reduce, .reduceColumns, .scan: break
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
        let shared = Set(a.flatMap { dependencies[$0] }).intersection(b.flatMap { dependencies[$0] })
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

    let returnedRoots = Set(graph.returned.map { graph.source($0).root })
    var groups: [FusionGroup] = []
    var groupOf: [ValueID: Int] = [:]
    for key in keys {
      // A lone copy is PyTorch's business.
      guard let members = sets[key], var group = FusionGroup(members, in: graph),
        members.contains(where: { graph.nodes[$0].operation != .elementwise(.identity) })
      else { continue }
      let set = Set(members)
      var isUsedOutside = Set<ValueID>(set.intersection(returnedRoots))
      for (id, node) in graph.nodes.enumerated() where !set.contains(id) && graph.isStored(id) {
        if case .scalar = node.operation { continue }
        for root in dependencies[id] where set.contains(root) { isUsedOutside.insert(root) }
      }
      // A reshape that has to be copied reads its operand, whatever that is.
      group.outputs = members.filter { isUsedOutside.contains($0) }
      guard !group.outputs.isEmpty else { continue }
      for member in members { groupOf[member] = groups.count }
      groups.append(group.collapsed())
    }
    self.groups = groups
    self.groupOf = groupOf
  }
}
