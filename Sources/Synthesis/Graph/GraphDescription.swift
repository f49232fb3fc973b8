import Foundation

/// What an op computes, as text without a name in it: what was fastest for one op is worth trying first for another that
/// looks like it, on the same machine.
///
/// Values are numbered as the results need them, so that the order of independent statements means nothing either.
public struct GraphDescription: Sendable, Hashable {
  /// Operations, types, extents and numbers as they are.
  public let exact: String
  /// The same without extents and numbers, but with ranks and dimensions of one element.
  public let structure: String
  /// Extents of the arguments and of the results, and how many numbers the module holds: what two ops of one structure
  /// differ in.
  public let extents: [Int]

  /// Of what rules and kernels see of the op, and of how wide and how many the machine's vectors and threads are.
  public init(_ request: SynthesisRequest) {
    self.init(
      SynthesisPlan(request).lowered, machine: "\(request.vectorBits) bits, \(request.threads) threads")
  }

  init(_ graph: TensorGraph, machine: String = "") {
    let order = Self.order(graph)
    exact = Writer(isExact: true).text(graph, order, machine)
    structure = Writer(isExact: false).text(graph, order, machine)
    let arguments = order.filter { if case .input = graph.nodes[$0].operation { true } else { false } }
    let results = graph.outputs.compactMap { if case .value(let id) = $0 { id } else { nil } }
    let held = order.filter { if case .parameter = graph.nodes[$0].operation { true } else { false } }
    extents =
      (arguments + results).flatMap { graph.nodes[$0].type.shape } + [
        held.map { graph.nodes[$0].type.count }.reduce(0, +)
      ]
  }

  /// How far apart two ops of one structure are: the sum of the logarithms (base 2) of what their extents differ by; nil where
  /// any of them is more than twice the other.
  public static func distance(_ a: [Int], _ b: [Int]) -> Double? {
    guard a.count == b.count else { return nil }
    var sum = 0.0
    for (x, y) in zip(a, b) where x != y {
      let (low, high) = (min(x, y), max(x, y))
      guard low > 0, high - low <= low else { return nil }
      sum += log2(Double(high) / Double(low))
    }
    return sum
  }

  /// Every node that a result or the random generator needs, operands first.
  private static func order(_ graph: TensorGraph) -> [TensorGraph.ValueID] {
    var order: [TensorGraph.ValueID] = []
    var isKnown = [Bool](repeating: false, count: graph.nodes.count)
    var roots = graph.outputs.compactMap { if case .value(let id) = $0 { id } else { nil } }
    roots += graph.nodes.indices.filter {
      if case .call(let call) = graph.nodes[$0].operation { call.isCalledForItself } else { false }
    }
    // Each with the number of its next operand: graphs may be deeper than a call stack.
    var stack: [(id: TensorGraph.ValueID, next: Int)] = []
    for root in roots where !isKnown[root] {
      isKnown[root] = true
      stack.append((root, 0))
      while let (id, next) = stack.last {
        let operands = graph.nodes[id].operands
        guard next < operands.count else {
          order.append(id)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        if !isKnown[operands[next]] {
          isKnown[operands[next]] = true
          stack.append((operands[next], 0))
        }
      }
    }
    return order
  }
}

/// One of the two ways to write a graph down.
private struct Writer {
  let isExact: Bool

  /// Kernel sizes, strides and numbers of dimensions up to here make another op each; larger ones are extents.
  private static let exactLimit = 8

  func text(_ graph: TensorGraph, _ order: [TensorGraph.ValueID], _ machine: String) -> String {
    var number = [Int](repeating: -1, count: graph.nodes.count)
    for (position, id) in order.enumerated() { number[id] = position }
    var lines = [machine]
    for id in order {
      let node = graph.nodes[id]
      let operands = node.operands.map { String(number[$0]) }.joined(separator: " ")
      lines.append("\(text(node.operation))(\(operands)) \(text(node.type))")
    }
    let outputs = graph.outputs.map { output in
      switch output {
      case .value(let id): String(number[id])
      case .literal(let literal): literal
      }
    }
    lines.append("return " + outputs.joined(separator: " "))
    return lines.joined(separator: "\n")
  }

  private func text(_ type: TensorType) -> String {
    "\(type.dtype.rawValue)[\(type.shape.map(extent).joined(separator: " "))]"
  }

  private func extent(_ value: Int) -> String { isExact || (0...1).contains(value) ? String(value) : "n" }

  private func small(_ value: Int) -> String { value.magnitude <= Self.exactLimit ? String(value) : extent(value) }

  private func list(_ values: [Int]) -> String { values.map(small).joined(separator: " ") }

  private func text(_ window: WindowExtent) -> String {
    list([window.size, window.stride, window.padding, window.dilation])
  }

  private func text(_ operation: TensorGraph.Operation) -> String {
    switch operation {
    case .input: return "input"
    case .parameter: return "parameter"
    case .scalar(let value): return isExact ? "number \(value)" : "number"
    case .elementwise(let operation): return operation.rawValue
    case .reduce(let reduction, let trailing): return "reduce \(reduction) \(trailing)"
    case .reduceColumns(let reduction, let dimensions, let inner):
      return "reduce columns \(reduction) \(dimensions) \(inner)"
    case .reshape: return "reshape"
    case .view(let layout):
      return "view \(extent(layout.offset)) \(layout.strides.map(extent).joined(separator: " "))"
    case .slidingMean(let window):
      return "sliding mean \(list([window.size, window.stride, window.padding])) \(window.countsPadding)"
    case .pool(let pooling):
      let divisor = pooling.divisor.map(String.init) ?? "-"
      return
        "pool \(pooling.kind) \(pooling.windows.map(text).joined(separator: ", ")) \(pooling.countsPadding) \(divisor)"
    case .depthwise(let convolution): return "depthwise \(convolution.windows.map(text).joined(separator: ", "))"
    case .scan(let scan): return "scan \(scan.kind) \(scan.dimension) \(scan.isReversed)"
    case .recurrence(let recurrence): return text(recurrence)
    case .element(let index): return "element \(index)"
    case .call(let call):
      let keywords = call.keywords.sorted { $0.key < $1.key }.map { "\($0.key)=\(text($0.value))" }
      return "\(call.target) \((call.arguments.map(text) + keywords).joined(separator: ", "))"
    }
  }

  private func text(_ recurrence: Recurrence) -> String {
    func text(_ argument: Recurrence.Argument) -> String {
      switch argument {
      case .state(let index): "state \(index)"
      case .operand(let index): "operand \(index)"
      case .constant(let value): isExact ? "\(value)" : "number"
      case .statement(let index): "\(index)"
      }
    }
    let steps = recurrence.statements.map { statement in
      "\(statement.operation.rawValue)(\(statement.arguments.map(text).joined(separator: ", "))) \(statement.type.rawValue)"
    }
    let states = recurrence.states.map(text).joined(separator: ", ")
    return "recurrence \(recurrence.dimension) \(recurrence.isReversed) {\(steps.joined(separator: "; "))} [\(states)] "
      + text(recurrence.result)
  }

  private func text(_ argument: CallArgument) -> String {
    switch argument {
    case .operand(let index): return "operand \(index)"
    case .integer(let value): return small(value)
    case .number(let value): return isExact ? "\(value)" : "number"
    case .truth(let value): return String(value)
    case .string(let text), .constant(let text): return text
    case .none: return "none"
    case .dtype(let dtype): return dtype.rawValue
    case .list(let items): return "[" + items.map(text).joined(separator: " ") + "]"
    }
  }
}
