extension SynthesisPlan {
  /// What the algebraic rules lead to, applied to a fixed point: the best with rewrites that remove work, which need the
  /// person's consent, and the best without them.
  ///
  /// - Parameter ranksByCost: false takes every step that rules allow, however small the tensors are.
  func algebraicProposals(ranksByCost: Bool = true) -> [Proposal] {
    let captured = request.graph.pruned()
    return algebraicChains(ranksByCost: ranksByCost).flatMap { chain -> [Proposal] in
      switch ShrunkenInstance.outcome(captured, chain.rules) {
      case .same: return proposals(chain.graph, rules: chain.rules, brief: "re-expression")
      case .different: return []
      case .unknown:
        return proposals(
          chain.graph, rules: chain.rules, brief: "re-expression", caveat: "not tried on a smaller instance of this op")
      }
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
