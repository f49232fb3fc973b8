extension Rule {
  /// Multiplications with and divisions by one, and bounds that are infinite.
  public static let unitFactors = Rule(
    id: "unit-factors", reason: "a factor of one and a bound at infinity change nothing", exactness: "exact over ℝ",
    labels: []
  ) { graph in
    for (id, node) in graph.nodes.enumerated() {
      guard case .elementwise(let operation) = node.operation, node.operands.count == 2 else { continue }
      let neutral: Double
      switch operation {
      case .multiply, .divide: neutral = 1
      // Both let NaN through, and so does doing nothing.
      case .maximum: neutral = -.infinity
      case .minimum: neutral = .infinity
      case .subtract: neutral = 0
      default: continue
      }
      let position = (0...1).first { position in
        guard case .scalar(let value) = graph.nodes[node.operands[position]].operation else { return false }
        // −0 is not 0: x − (−0) makes 0 of −0.
        return value == neutral && value.sign == neutral.sign
      }
      guard let position, position == 1 || ![.divide, .subtract].contains(operation),
        graph.nodes[node.operands[1 - position]].type == node.type,
        // What is returned has to be new.
        !graph.returned.contains(id)
      else { continue }
      return graph.rewritten { copy, index, _ in index == id ? copy.operands[1 - position] : nil }
    }
    return nil
  }
}
