/// Operations in C++.
extension ExpressionWriter {
  /// An operand as it stands in an expression.
  struct Term {
    var text: String
    /// One number for all lanes.
    var isNumber: Bool
    var constant: Double?
    var type: ElementType
  }

  /// What a value is computed from.
  func terms(_ id: ValueID, loaded: [FusionGroup.Access: String], isVector: Bool) -> [Term] {
    zip(group.operands[id] ?? [], graph.nodes[id].operands).map { operand, node in
      term(operand, graph.nodes[node].type.dtype, loaded: loaded, isVector: isVector)
    }
  }

  func term(
    _ operand: FusionGroup.Operand, _ type: ElementType, loaded: [FusionGroup.Access: String], isVector: Bool
  ) -> Term {
    switch operand {
    case .constant(let value):
      return Term(text: CPlusPlus.number(value, group.dtype), isNumber: true, constant: value, type: type)
    case .member(let member):
      // Vectors take numbers of their own type only.
      let isNumber = group.roles[member] == .row && !(isVector && rowValuesAreVectors)
      let text = plan.isWide(member) && isVector && isNumber ? "real(\(name(member)))" : name(member)
      return Term(text: text, isNumber: isNumber, type: type)
    case .memory(let access):
      return Term(text: loaded[access] ?? rowNumber(access), isNumber: loaded[access] == nil, type: type)
    }
  }

  mutating func expression(_ operation: Elementwise, _ given: [Term], isVector: Bool) -> String {
    var terms = given
    // Truth values among numbers count as 0 and 1.
    if ![.identity, .not, .and, .or, .select].contains(operation), terms.contains(where: { $0.type != .bool }) {
      for index in terms.indices where terms[index].type == .bool {
        let text = terms[index].text
        terms[index].text =
          isVector && !terms[index].isNumber ? "select(\(text), splat(1), vec{})" : "real(\(text))"
      }
    }
    /// An operand as a vector (or mask) where a function wants one.
    func whole(_ index: Int) -> String {
      let term = terms[index]
      guard isVector, term.isNumber else { return term.text }
      if term.constant != nil { return "splat(\(term.text))" }
      return term.type == .bool && !term.text.hasPrefix("real(")
        ? "(mask{} - int(\(term.text)))" : "splat(\(term.text))"
    }
    func call(_ function: String, _ piece: String) -> String {
      need(piece)
      return "\(function)(\(terms.indices.map(whole).joined(separator: ", ")))"
    }
    /// Arithmetic takes a number beside a vector, but needs at least one vector.
    func infix(_ symbol: String) -> String {
      let left = isVector && terms.allSatisfy(\.isNumber) ? whole(0) : terms[0].text
      return "\(left) \(symbol) \(terms[1].text)"
    }
    func logical(_ symbol: String) -> String { "\(whole(0)) \(symbol) \(whole(1))" }

    switch operation {
    case .identity, .cast, .softCast: return whole(0)
    case .negative: return "-\(whole(0))"
    case .not: return isVector ? "~\(whole(0))" : "!\(terms[0].text)"
    case .add: return infix("+")
    case .subtract: return infix("-")
    case .multiply: return infix("*")
    case .divide: return infix("/")
    case .equal: return infix("==")
    case .notEqual: return infix("!=")
    case .less: return infix("<")
    case .lessEqual: return infix("<=")
    case .greater: return infix(">")
    case .greaterEqual: return infix(">=")
    case .and: return logical(isVector ? "&" : "&&")
    case .or: return logical(isVector ? "|" : "||")
    case .select:
      let arms = terms.dropFirst().contains { $0.type == .bool }
      if arms {
        return isVector
          ? "(\(whole(0)) & \(whole(1))) | (~\(whole(0)) & \(whole(2)))"
          : "\(terms[0].text) ? \(terms[1].text) : \(terms[2].text)"
      }
      return "select(\(whole(0)), \(whole(1)), \(whole(2)))"
    case .relu:
      need("atLeast")
      return "at_least(\(whole(0)), 0)"
    case .maximum, .minimum:
      // Against a number that is not NaN one comparison does.
      let function = operation == .maximum ? ("at_least", "atLeast") : ("at_most", "atMost")
      for (value, other) in [(1, 0), (0, 1)] {
        if let bound = terms[value].constant, !bound.isNaN, terms[other].constant == nil {
          need(function.1)
          return "\(function.0)(\(whole(other)), \(terms[value].text))"
        }
      }
      return call(operation.rawValue, operation.rawValue)
    case .normalCDF: return call("normal_cdf", "normalCDF")
    case .absolute, .exp, .expm1, .log, .log1p, .log2, .sqrt, .rsqrt, .reciprocal, .tanh, .sigmoid, .erf, .sin, .cos,
      .floor, .ceil, .round, .trunc, .power:
      return call(operation.rawValue, operation.rawValue)
    }
  }
}
