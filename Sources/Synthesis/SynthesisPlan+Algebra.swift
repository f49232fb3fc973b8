extension SynthesisPlan {
  /// What the algebraic rules lead to, applied to a fixed point: the best with rewrites that remove work, which need the
  /// person's consent, and the best without them.
  ///
  /// - Parameter ranksByCost: false takes every step that rules allow, however small the tensors are.
  func algebraicProposals(ranksByCost: Bool = true) -> [Proposal] {
    // Checks at run time may call the original a second time, which would draw other numbers.
    guard !lowered.nodes.contains(where: { if case .call(let call) = $0.operation { call.isRandom } else { false } })
    else { return [] }
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
    return chains.flatMap { proposals($0.graph, rules: $0.rules, brief: "re-expression") }
  }
}
