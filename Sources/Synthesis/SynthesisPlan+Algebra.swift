extension SynthesisPlan {
  /// What the algebraic rules lead to, applied to a fixed point: the best with rewrites that remove work, which need the
  /// person's consent, and the best without them.
  func algebraicProposals() -> [Proposal] {
    let cost = CostModel(vectorBits: request.vectorBits, threads: request.threads)
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
    // Folding alone is offered beside the poolings already.
    chains.removeAll { chain in chain.rules.allSatisfy { $0.id == Rule.batchNormFolding.id } }
    return chains.flatMap { proposals($0.graph, rules: $0.rules, brief: "re-expression") }
  }
}
