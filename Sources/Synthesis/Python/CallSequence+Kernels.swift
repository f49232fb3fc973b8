/// Calls of generated kernels, with the tensors that they read and write.
extension CallSequence {
  private mutating func allocate(_ id: ValueID, where condition: String? = nil) -> String {
    let type = graph.nodes[id].type
    let name = names.name(id, graph.nodes[id].origin.name)
    if conditions == nil, graph.isReturned(id), type.bytes > RoomText.smallest {
      statements.append(
        "\(name) = room(\(rooms), \(Python.tuple(type.shape)), torch.\(type.dtype.rawValue), \(type.bytes))")
      rooms += 1
      return name
    }
    let suffix = condition.map { " if \($0) else None" } ?? ""
    // Sizes one by one: PyTorch takes half a microsecond longer to read a tuple.
    let sizes = type.shape.isEmpty ? "()" : type.shape.map(String.init).joined(separator: ", ")
    statements.append("\(name) = empty(\(sizes), dtype=\(type.dtype.rawValue))\(suffix)")
    return name
  }

  // MARK: Results that not every call wants

  /// For every value the results that need it. A kernel reads all its operands whichever of its results is wanted.
  private var served: [Set<Int>] {
    var served = [Set<Int>](repeating: [], count: graph.nodes.count)
    for (number, output) in graph.outputs.enumerated() {
      if case .value(let id) = output { served[id].insert(number) }
    }
    var isStable = false
    while !isStable {
      let before = served
      for id in graph.nodes.indices.reversed() {
        for operand in graph.nodes[id].operands { served[operand].formUnion(served[id]) }
      }
      for group in partition.groups {
        let all = group.members.reduce(into: Set<Int>()) { $0.formUnion(served[$1]) }
        for member in group.members { served[member] = all }
      }
      isStable = served == before
    }
    return served
  }

  /// When a step that yields these values is needed at all; nil where it always is.
  func condition(for ids: [ValueID]) -> String? {
    guard let conditions else { return nil }
    let served = served
    let results = ids.reduce(into: Set<Int>()) { $0.formUnion(served[$1]) }
    let names = Set(results.map { conditions[$0] })
    guard names.count < Set(conditions).count, !names.isEmpty else { return nil }
    return names.sorted().joined(separator: " or ")
  }

  /// Results of a group that nothing but the caller reads, with when it wants them.
  private func optional(_ group: FusionGroup, _ users: [ValueID: Int]) -> [ValueID: String] {
    guard let conditions, Set(conditions).count > 1 else { return [:] }
    var found: [ValueID: String] = [:]
    for id in group.outputs where users[id] == 1 {
      let own = graph.outputs.indices.filter {
        if case .value(let value) = graph.outputs[$0] { graph.source(value).root == id } else { false }
      }
      if own.count == 1 { found[id] = conditions[own[0]] }
    }
    return found
  }

  mutating func emitWindows(_ id: ValueID) {
    let node = graph.nodes[id]
    let inputs = node.operands.map { operand -> String in
      let input = reference(operand)
      if graph.isStored(operand) { return input }
      let name = names.unique("window_input")
      statements.append("\(name) = \(input).contiguous()")
      return name
    }
    let name = "\(prefix)_\(kernels.count)"
    switch node.operation {
    case .slidingMean(let window):
      kernels.append(
        SlidingKernel(
          graph: graph, node: id, input: node.operands[0], window: window, schedule: schedule, name: name,
          threads: threads
        ).text())
    case .pool(let pooling):
      kernels.append(
        PoolKernel(graph: graph, node: id, pooling: pooling, schedule: schedule, name: name, threads: threads).text())
    case .depthwise(let convolution):
      kernels.append(
        DepthwiseKernel(
          graph: graph, node: id, convolution: convolution, schedule: schedule, name: name, threads: threads
        ).text())
    default: return
    }
    emitCall(name, inputs + [allocate(id)])
  }

  /// The call of a kernel, with where its tensors lie.
  private mutating func emitCall(_ name: String, _ tensors: [String], conditions: [String: String] = [:]) {
    let arguments =
      tensors.map { tensor in "\(tensor).data_ptr()" + (conditions[tensor].map { " if \($0) else None" } ?? "") }
      + ["get_num_threads()"]
    statements.append("library.\(name)(\(arguments.joined(separator: ", ")))")
  }

  /// A `cat` or `stack` of which kernels have written some parts: the others are put beside them.
  mutating func emitWhole(_ id: ValueID) {
    let written = Set(partition.groups.flatMap { $0.placements.filter { $0.value.whole == id }.keys })
    let name = reference(id)
    for part in graph.joined(id) ?? [] where !written.contains(part.root) {
      statements.append("\(part.place.replacing("{whole}", with: name)).copy_(\(reference(part.operand)))")
    }
  }

  mutating func emitKernel(_ group: FusionGroup, users: [ValueID: Int]) {
    var kernel = FusionKernel(
      graph: graph, group: group, schedule: schedule, name: "\(prefix)_\(kernels.count)", threads: threads)
    let plan = PassPlan(group, in: graph, keepsIntermediates: schedule.keepsIntermediates)
    if group.scanDimension == nil, plan.kept.isDisjoint(with: group.outputs) {
      // Earlier sweeps' results would change what later ones read.
      for id in group.outputs
      where group.roles[id] == .full && plan.level[id] == plan.passes - 1 && group.placements[id] == nil {
        if let input = reusable(for: id, group, users, taken: Set(kernel.replaced.keys)) {
          kernel.replaced[input] = id
        }
      }
    }
    let optional = optional(group, users)
    kernel.optional = Set(optional.keys)
    let text = kernel.text()
    kernels.append(text)
    var conditions: [String: String] = [:]
    var tensors = text.inputs.map { reference($0) }
    for id in text.outputs {
      if !group.outputs.contains(id), let name = names.known(id) {
        // Another part of it was there first.
        tensors.append(name)
      } else if let input = kernel.replaced.first(where: { $0.value == id })?.key {
        let shape = graph.nodes[id].type.shape
        let view = shape == graph.nodes[input].type.shape ? "" : ".view(\(Python.tuple(shape)))"
        let old = reference(input)
        let name = names.name(id, graph.nodes[id].origin.name)
        statements.append("\(name) = \(old)\(view)  # nobody else holds it: written in place")
        tensors.append(name)
      } else {
        let condition = text.optional.contains(id) ? optional[id] : nil
        let name = allocate(id, where: condition)
        conditions[name] = condition
        tensors.append(name)
      }
    }
    emitCall(text.name, tensors, conditions: conditions)
  }

  /// Nobody else holds it: the library or a kernel of ours has just made it.
  private func isFresh(_ id: ValueID) -> Bool {
    if case .call(let call) = graph.nodes[id].operation { return LibraryCall.isFresh(call) }
    return graph.nodes[id].operation.isWindowed && partition.groupOf[id] == nil
  }

  /// A fresh library result that only this kernel reads, element by element, and that can hold the kernel's result.
  private func reusable(
    for output: ValueID, _ group: FusionGroup, _ users: [ValueID: Int], taken: Set<ValueID>
  ) -> ValueID? {
    let type = graph.nodes[output].type
    let strides = Shape.strides(group.dimensions)
    return group.inputs.first { input in
      guard !group.accesses.contains(where: { $0.index != nil && $0.root == input }), isFresh(input), users[input] == 1,
        !taken.contains(input), graph.nodes[input].type.dtype == type.dtype, graph.nodes[input].type.count == type.count
      else { return false }
      return group.accesses.allSatisfy { $0.root != input || ($0.offset == 0 && $0.strides == strides) }
    }
  }
}
