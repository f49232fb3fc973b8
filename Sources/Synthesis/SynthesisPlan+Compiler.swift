extension SynthesisPlan {
  /// What PyTorch's own compiler makes of the op: with its weights as constants where it has any, and as everybody gets it,
  /// which is a baseline as well.
  func compiler() -> [Proposal] {
    [frozen(), compiled()].compactMap { $0 }
  }

  private func compiled() -> Proposal {
    let reason = "PyTorch's own compiler fuses element-wise work and chooses schedules"
    return Proposal(
      idea: "torch.compile", rule: Proposal.compilerRule, schedule: nil, reason: reason,
      exactness: "whatever PyTorch's compiler does: usually the same operations in another order",
      labels: ["library-call"], agentBrief: "compiler",
      block: BlockWriter.compiled(request.graph, request: request, notes: ["torch.compile: \(reason)."]),
      minimumBytes: CostModel.minimumBytes(lowered), minimumFlops: CostModel.minimumFlops(lowered))
  }

  /// Nil without weights, and where results would be such constants, which callers could change, or random.
  private func frozen() -> Proposal? {
    let isPrepared = lowered.isPrepared
    let hasWeights = lowered.nodes.contains { node in
      if case .parameter = node.operation { node.type.dtype.isFloating && !node.type.shape.isEmpty } else { false }
    }
    guard !request.isFunction, hasWeights, !isRandom, !lowered.returned.contains(where: { isPrepared[$0] }) else {
      return nil
    }
    // Frozen code applies these inside oneDNN's layers, where NaN becomes a number: it would be refused.
    let folded = Rule.batchNormFoldingBesideEpilogues.applied(to: lowered) ?? lowered
    let packed = Rule.packedEpilogues.applied(to: folded) ?? folded
    guard !packed.nodes.indices.contains(where: { FusedLayer(packed, $0)?.epilogue.hidesNaN == true }) else {
      return nil
    }
    let idea = "torch.compile with frozen weights"
    let reason =
      "PyTorch's own compiler has weights in the library's order once and for all, folds what depends on them alone, and "
      + "chooses layouts"
    return Proposal(
      idea: idea, rule: Proposal.frozenRule, schedule: nil, reason: reason,
      exactness: "whatever PyTorch's compiler does: usually the same operations in another order, weights folded",
      labels: ["library-call"], agentBrief: "compiler",
      block: BlockWriter.frozen(request.graph, request: request, notes: ["\(idea): \(reason)."]),
      minimumBytes: CostModel.minimumBytesBesideConstants(lowered),
      minimumFlops: CostModel.minimumFlops(lowered, isCounted: { !isPrepared[$0] }))
  }
}

extension Proposal {
  /// What `torch.compile` makes of the op, which every candidate is timed against.
  public static let compilerRule = "torch-compile"
  static let frozenRule = "frozen-compile"
}
