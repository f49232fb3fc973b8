/// Rules applied to a fixed point: the graph they lead to, and which of them took part.
struct RuleChain {
  var graph: TensorGraph
  var rules: [Rule] = []

  /// Enough for any op; a pair of rules that undo each other must not hang the search.
  private static let limit = 200

  /// Applies whichever rule fits, in the order given, until none does. A step is taken only where the cost model does
  /// not expect it to be slower; without one, every step is.
  init(_ graph: TensorGraph, _ candidates: [Rule], cost: CostModel?) {
    self.graph = graph
    var seconds = cost?.seconds(graph) ?? 0
    var steps = 0
    var isChanging = true
    while isChanging, steps < Self.limit {
      isChanging = false
      for rule in candidates {
        while steps < Self.limit, let next = rule.rewrite(self.graph) {
          let after = cost?.seconds(next) ?? 0
          guard after <= seconds * 1.001 + 1e-9 else { break }
          steps += 1
          seconds = after
          self.graph = next
          isChanging = true
          if !rules.contains(where: { $0.id == rule.id }) { rules.append(rule) }
        }
      }
    }
  }

  var isPruning: Bool { rules.contains { $0.labels.contains("algebraic-pruning") } }
}

extension Rule {
  /// The algebraic rules, those first that others wait for.
  static let algebra: [Rule] = [
    batchNormFolding, unitFactors, scaleAfterSum, poolingOfLinear, sumOfProduct, channelSumOfConvolution,
    positionSumOfConvolution, diagonalProduct, oneHotProduct, triangularProduct, reassociation,
    transposedAsConvolution,
  ]
}
