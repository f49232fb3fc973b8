/// What keeps an op, or a part of it, from being replaced.
extension TensorGraph {
  /// Sentences on assertions whose outcome depends on what the tensors hold: a replacement would leave them out. Those that
  /// the tracer adds on sizes say nothing that PyTorch's own calls don't find out.
  var assertionsOnData: [String] {
    nodes.indices.compactMap { id in
      guard case .call(let call) = nodes[id].operation, call.isAssertion, dependsOnContents(id) else { return nil }
      return "it asserts something of what its tensors hold\(nodes[id].origin.inLine)"
    }
  }

  /// Whether a number that was read out of a tensor decides about a node, and not only tensors' sizes.
  private func dependsOnContents(_ id: ValueID) -> Bool {
    nodes[id].operands.contains { operand in
      switch nodes[operand].operation {
      case .call(let call) where call.name.hasPrefix("sym_"): false
      case .call(let call) where call.isPlainPython: dependsOnContents(operand)
      default: true
      }
    }
  }

  /// Sentences on what is no operator on tensors, after what nobody uses was taken out.
  var plainPython: [String] {
    nodes.compactMap { node in
      guard case .call(let call) = node.operation, call.isPlainPython else { return nil }
      let name = call.target.split(separator: ":").last ?? ""
      return "it computes with numbers that depend on what its tensors hold (\(name))\(node.origin.inLine)"
    }
  }
}

extension TensorGraph.Origin {
  /// ` in line 7`; nothing where the line isn't known.
  var inLine: String { line.map { " in line \($0)" } ?? "" }
}
