/// Loops: a step's statements, between the states that the step before has left and those that it leaves.
extension ExpressionWriter {
  /// What a loop computes of what; several nodes may give values of one.
  struct Loop: Hashable {
    var recurrence: Recurrence
    var operands: [FusionGroup.Operand]

    /// The states before the first step, and what steps read.
    var initial: ArraySlice<FusionGroup.Operand> { operands.prefix(recurrence.states.count) }
    var read: ArraySlice<FusionGroup.Operand> { operands.dropFirst(recurrence.states.count) }
  }

  func loop(_ id: ValueID) -> Loop? {
    guard case .recurrence(let recurrence) = graph.nodes[id].operation else { return nil }
    return Loop(recurrence: recurrence.loop, operands: group.operands[id] ?? [])
  }

  /// The group's loops in order of first use.
  var loops: [Loop] { group.members.compactMap { loop($0) }.unique() }

  /// Where a state lies between steps, an element a column.
  static func state(_ loop: Int, _ index: Int) -> String { "state\(loop)_\(index)" }

  /// One step of a loop, which is taken once a sweep, and the value of it that the node gives.
  mutating func step(_ id: ValueID, loaded: inout [FusionGroup.Access: String], into code: inout CodeWriter) {
    guard case .recurrence(let recurrence) = graph.nodes[id].operation, let loop = loop(id),
      let number = loops.firstIndex(of: loop)
    else { return }
    if steps[loop] == nil {
      for case .memory(let access) in loop.read { load(access, loaded: &loaded, into: &code) }
      need("load", "store")
      code.line("// the next step of a loop\(graph.nodes[id].origin.line.map { ", line \($0)" } ?? "")")
      for index in loop.recurrence.states.indices {
        code.line("const vec old\(number)_\(index) = load(\(Self.state(number, index)) + j, n);")
      }
      var names: [String] = []
      for (index, statement) in loop.recurrence.statements.enumerated() {
        let terms = statement.arguments.map { term($0, of: id, loop, number, names, loaded) }
        let kind = statement.type == .bool ? "mask" : "vec"
        code.line("const \(kind) step\(number)_\(index) = \(expression(statement.operation, terms, isVector: true));")
        names.append("step\(number)_\(index)")
      }
      for (index, next) in loop.recurrence.states.enumerated() {
        let term = term(next, of: id, loop, number, names, loaded)
        code.line("store(\(Self.state(number, index)) + j, \(expression(.identity, [term], isVector: true)), n);")
      }
      steps[loop] = names
    }
    guard let names = steps[loop] else { return }
    let result = term(recurrence.result, of: id, loop, number, names, loaded)
    if result.isNumber {
      code.line("const vec \(name(id)) = \(expression(.identity, [result], isVector: true));")
    } else {
      aliases[id] = result.text
    }
  }

  private func term(
    _ argument: Recurrence.Argument, of id: ValueID, _ loop: Loop, _ number: Int, _ names: [String],
    _ loaded: [FusionGroup.Access: String]
  ) -> Term {
    switch argument {
    case .state(let index): return Term(text: "old\(number)_\(index)", isNumber: false, type: group.dtype)
    case .statement(let index):
      return Term(text: names[index], isNumber: false, type: loop.recurrence.statements[index].type)
    case .constant(let value):
      return Term(
        text: CPlusPlus.number(value, group.dtype), isNumber: true, constant: value, type: group.dtype)
    case .operand(let index):
      let place = loop.recurrence.states.count + index
      return term(
        loop.operands[place], graph.nodes[graph.nodes[id].operands[place]].type.dtype, loaded: loaded, isVector: true)
    }
  }
}
