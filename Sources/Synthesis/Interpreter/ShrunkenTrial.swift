/// An op on small tensors, with the numbers that it gives there: whatever rules make of it has to give the same.
///
/// Inputs are small integers, so that sums and products of them are exact; what is not a sum or product agrees to within
/// rounding.
struct ShrunkenTrial {
  private let lowered: TensorGraph
  private let interpreter: Interpreter
  private let inputs: [Int: DenseTensor]
  private let wanted: [DenseTensor]

  enum Outcome: Sendable, Hashable {
    /// Both graphs give the same numbers.
    case same
    case different
    /// There is no small instance, or the interpreter or the rules don't know what is in it.
    case unknown
  }

  /// nil where there is no small instance, or it can't be computed.
  init?(_ captured: TensorGraph) {
    guard let instance = ShrunkenInstance(captured) else { return nil }
    var inputs: [Int: DenseTensor] = [:]
    var interpreter = Interpreter()
    for (number, node) in instance.graph.nodes.enumerated() {
      // Positive, for what is a variance; no period that an extent could have.
      let values = (0..<node.type.count).map { Double(($0 * 7 + number * 3 + $0 * $0) % 11 - ($0 % 3 == 0 ? 0 : 4)) }
      switch node.operation {
      // Whole numbers name something, of which there may be few.
      case .input(let position):
        let names = values.map { abs($0).truncatingRemainder(dividingBy: 5) }
        inputs[position] = DenseTensor(node.type.shape, node.type.dtype == .int64 ? names : values)
      case .parameter(let path, let kind):
        interpreter.parameters[path] = DenseTensor(
          node.type.shape, kind == .buffer ? values.map { abs($0) + 1 } : values)
      default: break
      }
    }
    guard let wanted = try? interpreter.run(instance.graph, arguments: inputs) else { return nil }
    lowered = instance.graph.lowered()
    self.interpreter = interpreter
    self.inputs = inputs
    self.wanted = wanted
  }

  /// Applies rules to a fixed point.
  func outcome(_ rules: [Rule]) -> Outcome {
    let small = rules.map { $0.id == Rule.triangularProduct.id ? Rule.triangularProduct(minimum: 4) : $0 }
    let chain = RuleChain(lowered, small, cost: nil)
    let pruning = Set(rules.filter { $0.labels.contains("algebraic-pruning") }.map(\.id))
    return pruning.isSubset(of: Set(chain.rules.map(\.id))) ? outcome(of: chain.graph) : .unknown
  }

  /// Applies each rule in its turn; unknown where one of them doesn't apply to small tensors.
  func outcome(inTurn rules: [Rule]) -> Outcome {
    let graph = rules.reduce(Optional(lowered)) { graph, rule in graph.flatMap { rule.applied(to: $0) } }
    return graph.map { outcome(of: $0) } ?? .unknown
  }

  private func outcome(of rewritten: TensorGraph) -> Outcome {
    guard let got = try? interpreter.run(rewritten, arguments: inputs) else { return .unknown }
    guard wanted.map(\.shape) == got.map(\.shape) else { return .different }
    for (a, b) in zip(wanted, got) {
      let scale = a.values.lazy.filter(\.isFinite).map(abs).max() ?? 0
      for (x, y) in zip(a.values, b.values) where !(x == y || x.isNaN && y.isNaN) {
        guard abs(x - y) <= 1e-10 * scale else { return .different }
      }
    }
    return .same
  }
}

/// Tries what rules make of one op, on small tensors that are computed when the first rule applies.
final class Trials {
  private let captured: TensorGraph
  private lazy var trial = ShrunkenTrial(captured)

  init(_ captured: TensorGraph) {
    self.captured = captured.pruned()
  }

  /// What is said of what came of it: nil where the numbers are others, so that it must not be offered; else the caveat that
  /// it could not be tried, or nothing.
  func caveat(_ outcome: (ShrunkenTrial) -> ShrunkenTrial.Outcome) -> String?? {
    switch trial.map(outcome) {
    case .same: .some(nil)
    case .different: nil
    case .unknown, nil: .some("not tried on a smaller instance of this op")
    }
  }
}
