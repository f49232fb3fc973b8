extension SynthesisPlan {
  /// What the algebraic rules lead to, applied to a fixed point: the best with rewrites that remove work, which need the
  /// person's consent, and the best without them.
  ///
  /// - Parameters:
  ///   - ranksByCost: false takes every step that rules allow, however small the tensors are.
  ///   - trials: of this op, where there are some.
  func algebraicProposals(ranksByCost: Bool = true, _ trials: Trials? = nil) -> [Proposal] {
    let trials = trials ?? Trials(request.graph)
    return algebraicChains(ranksByCost: ranksByCost).flatMap { chain -> [Proposal] in
      guard let caveat = trials.caveat({ $0.outcome(chain.rules) }) else { return [] }
      return proposals(chain.graph, rules: chain.rules, brief: "re-expression", caveat: caveat)
    }
  }

  /// The chains behind the proposals, the one that may remove work first.
  func algebraicChains(ranksByCost: Bool = true) -> [RuleChain] {
    guard !isRandom else { return [] }
    let cost = ranksByCost ? CostModel(vectorBits: request.vectorBits, threads: request.threads) : nil
    let all = RuleChain(lowered, Rule.algebra, cost: cost)
    guard !all.rules.isEmpty else { return [] }
    var chains: [RuleChain] = []
    if all.isPruning {
      chains.append(all)
      chains.append(
        RuleChain(lowered, Rule.algebra.filter { !$0.labels.contains("algebraic-pruning") }, cost: cost))
    } else {
      chains.append(all)
    }
    // Folding alone is offered beside the poolings already; the other two only make way for more.
    let minor = Set([Rule.batchNormFolding.id, Rule.scaleAfterSum.id, Rule.unitFactors.id])
    chains.removeAll { chain in chain.rules.allSatisfy { minor.contains($0.id) } }
    return chains
  }

  /// Attention that is written out, as the library's own.
  func attentionProposals() -> [Proposal] {
    guard !isRandom else { return [] }
    return Rule.attention.applied(to: request.graph.pruned()).map {
      proposals($0.lowered(), rules: [.attention], brief: "re-expression")
    } ?? []
  }

  /// Checks at run time may call the original a second time, which would draw other numbers.
  var isRandom: Bool {
    lowered.nodes.contains { if case .call(let call) = $0.operation { call.isRandom } else { false } }
  }
}
