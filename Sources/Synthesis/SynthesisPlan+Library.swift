extension SynthesisPlan {
  /// Schedules of our own kernels to try beside the library's layers, which take most of the time.
  private static let schedulesBesideLayers = 2

  /// Layers with constant weights and what follows them as calls of the library's fused operators, on packed weights or in
  /// row-major order, and convolutions with what lies between them on tensors whose channels come last: which is faster
  /// depends on the machine and on what lies between the layers.
  func libraryProposals(_ trials: Trials) -> [Proposal] {
    guard !isRandom else { return [] }
    let folded = Rule.batchNormFoldingBesideEpilogues.applied(to: lowered)
    let start = folded ?? lowered
    let packed = Rule.packedEpilogues.applied(to: start)
    let direct = Rule.depthwiseDirectly.applied(to: start)
    let ways: [(graph: TensorGraph?, rules: [Rule])] = [
      // Only where something lies between that would be brought into row-major order and back: mostly the best, then.
      (packed.flatMap { Rule.channelsLast.applied(to: $0) }, [.packedEpilogues, .channelsLast]),
      (packed, [.packedEpilogues]),
      // Kernels of our own for convolutions that keep channels apart, and the library's for all others.
      (direct.flatMap { Rule.packedEpilogues.applied(to: $0) }, [.depthwiseDirectly, .packedEpilogues]),
      (direct.flatMap { Rule.rowMajorEpilogues.applied(to: $0) }, [.depthwiseDirectly, .rowMajorEpilogues]),
      (Rule.rowMajorEpilogues.applied(to: start), [.rowMajorEpilogues]),
      (Rule.channelsLast.applied(to: start), [.channelsLast]),
    ]
    let found = ways.map { way -> [Proposal] in
      guard let graph = way.graph else { return [] }
      let applied = (folded == nil ? [] : [Rule.batchNormFoldingBesideEpilogues]) + way.rules
      guard let caveat = trials.caveat({ $0.outcome(inTurn: applied) }) else { return [] }
      let rules = (folded == nil ? [] : [Rule.batchNormFolding]) + way.rules
      return Array(
        proposals(graph, rules: rules, brief: "re-expression", caveat: caveat).prefix(Self.schedulesBesideLayers))
    }
    // Every way once, before any with another schedule: layers take most of the time.
    return (0..<Self.schedulesBesideLayers).flatMap { number in
      found.compactMap { number < $0.count ? $0[number] : nil }
    }
  }

  /// Such as `relu and swish in the library's convolutions, weights packed once`.
  func libraryTitle(_ graph: TensorGraph, _ rule: Rule) -> String {
    var epilogues: [String] = []
    var layers: [String] = []
    var isPacked = false
    for (id, node) in graph.nodes.enumerated() {
      guard let layer = FusedLayer(graph, id), case .call(let call) = node.operation else { continue }
      let names = [layer.other?.operation, layer.epilogue == .none ? nil : layer.epilogue.attribute]
      for name in names.compactMap({ $0 }) where !epilogues.contains(name) { epilogues.append(name) }
      let kind = call.isOwnLinear ? "linear layers" : "convolutions"
      if !layers.contains(kind) { layers.append(kind) }
      isPacked = isPacked || layer.isPacked
    }
    let shown = epilogues.prefix(3).joined(separator: ", ") + (epilogues.count > 3 ? ", …" : "")
    return (shown.isEmpty ? "the library's " : "\(shown) in the library's ") + layers.joined(separator: " and ")
      + (isPacked ? ", weights packed once" : ", tensors in row-major order")
  }

  /// Whether a group computes nothing but what a check at run time looks at.
  func isCheck(_ group: FusionGroup, in graph: TensorGraph) -> Bool {
    let outputs = Set(group.outputs)
    if !outputs.isDisjoint(with: graph.returned.map { graph.source($0).root }) { return false }
    return graph.nodes.indices.allSatisfy { id in
      if group.members.contains(id) || !graph.isStored(id) || outputs.isDisjoint(with: graph.dependencies(id)) {
        return true
      }
      guard case .call(let call) = graph.nodes[id].operation, call.target == Call.finiteCheck else { return false }
      return !outputs.contains(graph.source(graph.nodes[id].operands[0]).root)
    }
  }
}
