import Foundation

/// Computes a small graph in double precision, one element at a time and by the book, so that rewrites can be checked
/// without PyTorch: what a rule makes of a graph must give the same numbers as the graph it was given.
public struct Interpreter: Sendable {
  /// A node that it can't compute.
  public struct Unsupported: Error, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Values of the module's tensors by path.
  public var parameters: [String: DenseTensor]

  public init(parameters: [String: DenseTensor] = [:]) { self.parameters = parameters }

  /// The results of the graph for these arguments (tensors only, by position), in the order of its outputs.
  public func run(_ graph: TensorGraph, arguments: [Int: DenseTensor]) throws -> [DenseTensor] {
    var values: [[DenseTensor]] = []
    for node in graph.nodes {
      let lists = node.operands.map { values[$0] }
      guard lists.allSatisfy({ !$0.isEmpty }) else { throw Unsupported(description: "a call without results") }
      let results = try evaluate(node, lists.map { $0[0] }, lists: lists, arguments)
      // A graph whose types don't belong together is no reason to fall over.
      guard results.allSatisfy({ $0.values.count == $0.shape.reduce(1, *) }) else {
        throw Unsupported(description: "\(node.origin.target), whose result has another size than its type says")
      }
      values.append(results)
    }
    return graph.outputs.compactMap { if case .value(let id) = $0 { values[id][0] } else { nil } }
  }

  private func evaluate(
    _ node: TensorGraph.Node, _ operands: [DenseTensor], lists: [[DenseTensor]], _ arguments: [Int: DenseTensor]
  ) throws -> [DenseTensor] {
    switch node.operation {
    case .input(let position):
      guard let value = arguments[position] else { throw Unsupported(description: "no argument \(position)") }
      return [value]
    case .parameter(let path, _):
      guard let value = parameters[path] else { throw Unsupported(description: "no tensor \(path)") }
      return [value]
    case .scalar(let value): return [DenseTensor([], [value])]
    case .elementwise(let operation):
      guard let target = Shape.broadcast(operands.map(\.shape)) else {
        throw Unsupported(description: "\(operation) of shapes that don't fit together")
      }
      let rows = operands.map { $0.broadcast(to: target).values }
      let count = target.reduce(1, *)
      return [DenseTensor(target, (0..<count).map { index in Self.apply(operation, rows.map { $0[index] }) })]
    case .reduce(let reduction, let trailing):
      return [Self.reduced(operands[0], .init(reduction: reduction, dimensions: trailing, inner: 0))]
    case .reduceColumns(let reduction, let dimensions, let inner):
      return [Self.reduced(operands[0], .init(reduction: reduction, dimensions: dimensions, inner: inner))]
    case .reshape: return [operands[0].reshaped(node.type.shape)]
    case .view(let layout):
      guard layout.lies(within: operands[0].values.count, shape: node.type.shape) else {
        throw Unsupported(description: "a view beyond its tensor")
      }
      return [operands[0].view(layout, shape: node.type.shape)]
    case .slidingMean(let window):
      return [Self.slidingMean(operands[0], window, outputs: node.type.shape.last ?? 1)]
    case .pool(let pooling): return [Self.pool(operands[0], pooling, shape: node.type.shape)]
    case .depthwise(let convolution): return [Self.depthwise(operands, convolution, shape: node.type.shape)]
    case .scan(let scan): return [Self.scan(operands[0], scan)]
    case .recurrence(let recurrence): return [Self.recurrence(operands, recurrence, shape: node.type.shape)]
    case .call(let call): return try ReferenceCall(call, operands, node.type).evaluate()
    case .element(let index):
      guard index < lists[0].count else { throw Unsupported(description: "element \(index) of a call") }
      return [lists[0][index]]
    }
  }

  static func reduced(_ x: DenseTensor, _ how: ReducedDimensions) -> DenseTensor {
    let first = x.shape.count - how.inner - how.dimensions
    let result = x.reduced(Set(first..<first + how.dimensions)) { Self.reduce(how.reduction, $0) }
    return result.reshaped(how.result(of: x.shape))
  }

  static func reduce(_ reduction: Reduction, _ values: [Double]) -> Double {
    switch reduction {
    case .sum: values.reduce(0, +)
    case .product: values.reduce(1, *)
    case .sumOfSquares: values.reduce(0) { $0 + $1 * $1 }
    case .maximum: values.reduce(-.infinity) { apply(.maximum, [$0, $1]) }
    case .minimum: values.reduce(.infinity) { apply(.minimum, [$0, $1]) }
    case .argMaximum, .argMinimum:
      Double(
        values.indices.dropFirst().reduce(0) { best, index in
          let (a, b) = (values[best], values[index])
          if a.isNaN { return best }
          return b.isNaN || (reduction == .argMaximum ? b > a : b < a) ? index : best
        })
    }
  }

  static func slidingMean(_ x: DenseTensor, _ window: SlidingWindow, outputs: Int) -> DenseTensor {
    let length = x.shape.last ?? 1
    let rows = x.values.count / max(length, 1)
    var result = DenseTensor(Array(x.shape.dropLast()) + [outputs])
    for row in 0..<rows {
      for output in 0..<outputs {
        let (range, divisor) = window.window(output, length: length)
        result.values[row * outputs + output] = range.reduce(0) { $0 + x.values[row * length + $1] } / Double(divisor)
      }
    }
    return result
  }

  static func apply(_ operation: Elementwise, _ x: [Double]) -> Double {
    let a = x[0]
    switch operation {
    case .identity, .cast, .softCast: return a
    case .negative: return -a
    case .absolute: return abs(a)
    case .exp: return exp(a)
    case .expm1: return expm1(a)
    case .log: return log(a)
    case .log1p: return log1p(a)
    case .log2: return log2(a)
    case .sqrt: return a.squareRoot()
    case .rsqrt: return 1 / a.squareRoot()
    case .reciprocal: return 1 / a
    case .tanh: return tanh(a)
    case .sigmoid: return 1 / (1 + exp(-a))
    case .erf: return erf(a)
    case .sin: return sin(a)
    case .cos: return cos(a)
    case .floor: return a.rounded(.down)
    case .ceil: return a.rounded(.up)
    case .round: return a.rounded(.toNearestOrEven)
    case .trunc: return a.rounded(.towardZero)
    case .relu: return a < 0 ? 0 : a
    case .normalCDF: return 0.5 * erfc(-a * 0.5.squareRoot())
    case .not: return a == 0 ? 1 : 0
    case .add: return a + x[1]
    case .subtract: return a - x[1]
    case .multiply: return a * x[1]
    case .divide: return a / x[1]
    case .maximum: return a.isNaN || x[1].isNaN ? .nan : max(a, x[1])
    case .minimum: return a.isNaN || x[1].isNaN ? .nan : min(a, x[1])
    case .power: return pow(a, x[1])
    case .equal: return a == x[1] ? 1 : 0
    case .notEqual: return a != x[1] ? 1 : 0
    case .less: return a < x[1] ? 1 : 0
    case .lessEqual: return a <= x[1] ? 1 : 0
    case .greater: return a > x[1] ? 1 : 0
    case .greaterEqual: return a >= x[1] ? 1 : 0
    case .and: return a != 0 && x[1] != 0 ? 1 : 0
    case .or: return a != 0 || x[1] != 0 ? 1 : 0
    case .select: return a != 0 ? x[1] : x[2]
    }
  }
}
