/// An element-wise function that oneDNN applies to a convolution's or linear layer's results before it writes them.
///
/// Names and numbers are those of PyTorch's fused operators (`mkldnn::_convolution_pointwise`).
struct Epilogue: Hashable {
  var attribute: String
  var scalars: [Double] = []
  var algorithm = ""
  /// May make a number of NaN, where PyTorch's own function gives NaN: oneDNN's comparisons take the other operand then, in
  /// some of its implementations at least. What multiplies by its argument in the end keeps NaN in all of them.
  var hidesNaN = false

  static let none = Epilogue(attribute: "none")

  /// What is known about the epilogue of a call that was already put together.
  init(attribute: String, scalars: [Double] = [], algorithm: String = "") {
    self.attribute = attribute
    self.scalars = scalars
    self.algorithm = algorithm
    hidesNaN =
      ["relu", "hardtanh", "hardsigmoid", "sigmoid", "tanh"].contains(attribute)
      || attribute == "leaky_relu" && scalars.first == 0
  }
}

/// An expression of primitives over one value.
indirect enum ElementwisePattern {
  case value
  case constant(Double)
  /// Any number; those found are listed in the order of the pattern.
  case number
  case apply(Elementwise, [ElementwisePattern])

  struct Match {
    var numbers: [Double] = []
    /// The nodes of the expression, the value itself and numbers left out.
    var inside = Set<TensorGraph.ValueID>()
  }

  func match(_ graph: TensorGraph, _ id: TensorGraph.ValueID, over value: TensorGraph.ValueID) -> Match? {
    switch self {
    case .value: return id == value ? Match() : nil
    case .constant(let wanted):
      guard case .scalar(let found) = graph.nodes[id].operation, abs(found - wanted) <= 1e-12 * abs(wanted) else {
        return nil
      }
      return Match()
    case .number:
      guard case .scalar(let found) = graph.nodes[id].operation else { return nil }
      return Match(numbers: [found])
    case .apply(let operation, let parts):
      let node = graph.nodes[id]
      guard id != value, node.operation == .elementwise(operation), node.operands.count == parts.count else {
        return nil
      }
      let isSymmetric = [.add, .multiply, .maximum, .minimum].contains(operation)
      for operands in isSymmetric ? [node.operands, node.operands.reversed()] : [node.operands] {
        let matches = zip(parts, operands).map { $0.match(graph, $1, over: value) }
        let found = matches.compactMap { $0 }
        guard found.count == matches.count else { continue }
        return found.reduce(into: Match(inside: [id])) {
          $0.numbers += $1.numbers
          $0.inside.formUnion($1.inside)
        }
      }
      return nil
    }
  }
}

extension Epilogue {
  /// An activation function as lowering writes it (or a person does), and its epilogue.
  private struct Spelling {
    var pattern: ElementwisePattern
    var epilogue: @Sendable ([Double]) -> Epilogue?

    init(_ pattern: ElementwisePattern, _ epilogue: @escaping @Sendable ([Double]) -> Epilogue?) {
      self.pattern = pattern
      self.epilogue = epilogue
    }

    init(_ pattern: ElementwisePattern, _ attribute: String, algorithm: String = "") {
      self.init(pattern) { _ in Epilogue(attribute: attribute, algorithm: algorithm) }
    }
  }

  private static func clamp(_ low: Double, _ high: Double) -> Epilogue? {
    low <= high ? Epilogue(attribute: "hardtanh", scalars: [low, high]) : nil
  }

  private static var spellings: [Spelling] {
    typealias P = ElementwisePattern
    let y = P.value
    func of(_ operation: Elementwise, _ parts: P...) -> P { .apply(operation, parts) }
    let gate = of(.minimum, of(.relu, of(.add, y, .constant(3))), .constant(6))
    let slope = of(
      .add, of(.multiply, of(.multiply, y, y), .constant(0.044715 * 1.5957691216057308)),
      .constant(1.5957691216057308))
    return [
      Spelling(of(.relu, y), "relu"),
      Spelling(of(.maximum, y, .constant(0)), "relu"),
      Spelling(of(.sigmoid, y), "sigmoid"),
      Spelling(of(.tanh, y), "tanh"),
      Spelling(of(.multiply, y, of(.sigmoid, y)), "swish"),
      Spelling(of(.multiply, y, of(.normalCDF, y)), "gelu", algorithm: "none"),
      Spelling(of(.multiply, y, of(.sigmoid, of(.multiply, y, slope))), "gelu", algorithm: "tanh"),
      Spelling(of(.divide, of(.multiply, y, gate), .constant(6)), "hardswish"),
      Spelling(of(.divide, gate, .constant(6)), "hardsigmoid"),
      Spelling(of(.minimum, of(.maximum, y, .number), .number)) { clamp($0[0], $0[1]) },
      Spelling(of(.maximum, of(.minimum, y, .number), .number)) { clamp($0[1], $0[0]) },
      Spelling(of(.minimum, of(.relu, y), .number)) { clamp(0, $0[0]) },
      Spelling(of(.select, of(.greater, y, .constant(0)), y, of(.multiply, y, .number))) {
        Epilogue(attribute: "leaky_relu", scalars: [$0[0]])
      },
    ]
  }

  /// The largest expression over a value that is an epilogue and that alone uses the value: which node it ends in.
  static func after(
    _ value: TensorGraph.ValueID, in graph: TensorGraph, _ users: [[TensorGraph.ValueID]],
    _ returned: Set<TensorGraph.ValueID>
  ) -> (end: TensorGraph.ValueID, epilogue: Epilogue)? {
    let type = graph.nodes[value].type
    guard !returned.contains(value) else { return nil }
    // No spelling has more nodes than this.
    var near = users[value]
    var index = 0
    while index < near.count, near.count <= 12 {
      if case .elementwise = graph.nodes[near[index]].operation {
        for user in users[near[index]] where !near.contains(user) { near.append(user) }
      }
      index += 1
    }
    let spellings = spellings
    for end in near.sorted(by: >) where graph.nodes[end].type == type {
      for spelling in spellings {
        guard let match = spelling.pattern.match(graph, end, over: value),
          let epilogue = spelling.epilogue(match.numbers)
        else { continue }
        let inner = match.inside.subtracting([end]).union([value])
        if inner.allSatisfy({ !returned.contains($0) && match.inside.isSuperset(of: users[$0]) }) {
          return (end, epilogue)
        }
      }
    }
    return nil
  }
}
