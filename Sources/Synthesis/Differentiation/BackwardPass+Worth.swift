/// Whether a backward pass in kernels of our own is likely to be faster than PyTorch's own operators, one after the other.
///
/// Both are counted in sweeps over tensors of the op's own size, which is what they mostly cost. PyTorch has good kernels for
/// the gradient of a whole layer normalisation or activation; where an op is nothing else, there is nothing to win.
extension BackwardPass {
  /// Measured on two cores: from here on training steps were faster for all patterns tried, below some were slower.
  private static let leastRatio = 2

  func isWorthwhile(beside captured: TensorGraph) -> Bool {
    let kernels = kernelSweeps
    return kernels > 0 && Self.operatorSweeps(captured) >= Self.leastRatio * kernels
  }

  // MARK: PyTorch's operators

  /// Sweeps that the formulas of `derivatives.yaml` make, where it isn't one for each operand that gets a gradient.
  private static let sweeps: [String: Int] = [
    "abs": 2, "square": 2, "pow": 3, "sqrt": 2, "rsqrt": 3, "reciprocal": 3, "erf": 4, "sin": 2, "cos": 3, "log1p": 2,
    "log2": 2, "expm1": 2, "clamp": 2, "clamp_min": 2, "clamp_max": 2, "maximum": 3, "minimum": 3, "amax": 3, "amin": 3,
    "max": 3, "min": 3, "var": 2, "std": 2, "logsumexp": 3, "linalg_vector_norm": 3, "norm": 3, "cumsum": 3,
    "add": 0, "sub": 0, "rsub": 1, "sum": 0, "mean": 0, "clone": 0, "alias": 0, "to": 0, "type_as": 0, "contiguous": 0,
    "dropout": 0, "detach": 0, "slice": 2, "select": 2, "narrow": 2,
  ]

  private static func operatorSweeps(_ captured: TensorGraph) -> Int {
    let isLarge = captured.isLarge
    var dependent = Set<TensorGraph.ValueID>()
    var total = 0
    for (id, node) in captured.nodes.enumerated() where node.type.dtype.isFloating {
      switch node.operation {
      case .input, .parameter(_, .parameter): dependent.insert(id)
      case .element: if dependent.contains(node.operands[0]) { dependent.insert(id) }
      case .call(let call):
        let variables = node.operands.filter { dependent.contains($0) }
        if variables.isEmpty || call.name == "detach" { continue }
        dependent.insert(id)
        guard isLarge[id] || variables.contains(where: { isLarge[$0] }) else { continue }
        let isView = TensorGraph.viewLowerings[call.target] != nil
        // Norms have the gradients of their weights made along with the input's.
        let isNorm = call.name.hasSuffix("_norm")
        total += (sweeps[call.name] ?? (isView ? 0 : 1)) * (isNorm ? 1 : variables.count)
        // What was broadcast is summed by an operator of its own.
        if !isNorm, !isView, isLarge[id] { total += variables.filter { !isLarge[$0] }.count }
      default: continue
      }
    }
    return total
  }

  // MARK: Kernels

  private var kernelSweeps: Int {
    let graph = fused.graph
    let isLarge = graph.isLarge
    var total = 0
    for group in fused.partition.groups where (group.inputs + group.outputs).contains(where: { isLarge[$0] }) {
      // A long row is gone over anew for every reduction that waits for another.
      let isLong =
        group.hasReductions && !group.reducesColumns
        && group.columns * group.dtype.size > FusionKernel.keptBytesLimit
      total += isLong ? PassPlan(group, in: graph, keepsIntermediates: false).passes : 1
    }
    for (id, node) in graph.nodes.enumerated() where isLarge[id] && graph.isStored(id) {
      if case .call = node.operation { total += 1 }
    }
    return total
  }
}

extension TensorGraph {
  /// For every node whether it is of the op's own size: half of the largest or more.
  fileprivate var isLarge: [Bool] {
    let largest = nodes.map(\.type.count).max() ?? 0
    return nodes.map { $0.type.count * 2 >= largest }
  }
}
