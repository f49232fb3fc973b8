/// Values that go from one type to another inside a kernel.
extension ExpressionWriter {
  /// The function that rounds a value where the op has it rounded; nil where every number stays what it is, and where it is
  /// only stored, which rounds as well.
  mutating func rounding(_ id: ValueID) -> String? {
    let node = graph.nodes[id]
    guard node.operation == .elementwise(.cast), let operand = node.operands.first,
      !graph.nodes[operand].type.dtype.isExact(in: node.type.dtype), !group.dtype.isExact(in: node.type.dtype),
      group.members.contains(where: { (group.operands[$0] ?? []).contains(.member(id)) })
    else { return nil }
    need("as \(node.type.dtype.rawValue)")
    return "as_\(node.type.dtype.rawValue)"
  }

  /// The variable that already holds a value of the sweep: what it is made of is only passed on.
  mutating func unchanged(_ id: ValueID, _ loaded: [FusionGroup.Access: String]) -> String? {
    guard case .elementwise(let operation) = graph.nodes[id].operation, operation.isCopy, group.roles[id] == .full,
      graph.nodes[graph.nodes[id].operands[0]].type.dtype != .bool, rounding(id) == nil
    else { return nil }
    switch group.operands[id]?.first {
    case .member(let member)?: return group.roles[member] == .full || rowValuesAreVectors ? name(member) : nil
    case .memory(let access)?: return loaded[access]
    default: return nil
    }
  }

  /// A number of the row, in what is computed in.
  func rowNumber(_ access: FusionGroup.Access) -> String {
    let name = rowScalars[access] ?? "0"
    return graph.nodes[access.root].type.dtype.isInteger ? "real(\(name))" : name
  }

  // MARK: Whole numbers

  func isWholeComparison(_ node: TensorGraph.Node) -> Bool {
    guard case .elementwise(let operation) = node.operation, operation.isPredicate else { return false }
    return node.operands.allSatisfy { graph.nodes[$0].type.dtype.isInteger }
  }

  /// A comparison of whole numbers, which are read where they are compared; nil for anything else.
  mutating func wholeComparison(_ id: ValueID, isVector: Bool) -> String? {
    let node = graph.nodes[id]
    guard isWholeComparison(node), case .elementwise(let operation) = node.operation else { return nil }
    let symbols: [Elementwise: String] = [
      .equal: "==", .notEqual: "!=", .less: "<", .lessEqual: "<=", .greater: ">", .greaterEqual: ">=",
    ]
    guard let symbol = symbols[operation] else { return nil }
    let sides = (group.operands[id] ?? []).map { operand -> (text: String, isNumber: Bool) in
      switch operand {
      case .constant(let value): return ("\(Int(value))", true)
      case .memory(let access):
        if let number = rowScalars[access] { return (number, true) }
        let (pointer, stride) = (pointers[access] ?? "nullptr", access.strides.last ?? 0)
        return stride == 1
          ? ("load_whole(\(pointer) + j, n)", false)
          : ("gather_whole(\(pointer) + j * \(stride), \(stride), n)", false)
      case .member(let member): return (name(member), true)
      }
    }
    guard isVector else { return sides.map(\.text).joined(separator: " \(symbol) ") }
    need("whole")
    let texts = sides.map { $0.isNumber ? "(longs{} + \($0.text))" : $0.text }
    return "as_mask(\(texts.joined(separator: " \(symbol) ")))"
  }
}
