import Foundation

/// Bounds that every element of a value keeps, NaN aside (interval arithmetic: Moore, "Interval Analysis", 1966).
///
/// They hold for numbers as they are rounded on the way: only bounds that rounding cannot cross are said.
struct ValueRange: Equatable {
  var low: Double
  var high: Double

  static let everything = ValueRange(low: -.infinity, high: .infinity)
  static let nonNegative = ValueRange(low: 0, high: .infinity)
  static let unit = ValueRange(low: 0, high: 1)
  static let signedUnit = ValueRange(low: -1, high: 1)

  /// What stays of it where only signs can be relied on.
  private var sign: ValueRange { low >= 0 ? .nonNegative : .everything }

  /// The ranges of all values of a graph.
  static func of(_ graph: TensorGraph) -> [ValueRange] {
    var ranges: [ValueRange] = []
    for node in graph.nodes {
      let operands = node.operands.map { ranges[$0] }
      let squares = node.operands.count == 2 && node.operands[0] == node.operands[1]
      ranges.append(
        node.type.dtype == .bool ? .unit : range(of: node.operation, operands, isSquare: squares, graph, node))
    }
    return ranges
  }

  private static func range(
    of operation: TensorGraph.Operation, _ operands: [ValueRange], isSquare: Bool, _ graph: TensorGraph,
    _ node: TensorGraph.Node
  ) -> ValueRange {
    switch operation {
    case .scalar(let value): value.isNaN ? .everything : ValueRange(low: value, high: value)
    case .elementwise(let elementwise): range(of: elementwise, operands, isSquare: isSquare, graph, node)
    case .view, .reshape: operands[0]
    case .reduce(let reduction, _), .reduceColumns(let reduction, _, _):
      switch reduction {
      case .maximum, .minimum: operands[0]
      case .sum, .product: operands[0].sign
      case .sumOfSquares: .nonNegative
      case .argMaximum, .argMinimum: .nonNegative
      }
    case .pool(let pooling):
      pooling.kind == .maximum && pooling.windows.allSatisfy({ $0.padding == 0 }) ? operands[0] : operands[0].sign
    case .slidingMean: operands[0].sign
    case .scan(let scan):
      switch scan.kind {
      case .maximum, .minimum: operands[0]
      case .sum, .product: operands[0].sign
      }
    case .input, .parameter, .depthwise, .recurrence, .call, .element: .everything
    }
  }

  private static func range(
    of operation: Elementwise, _ operands: [ValueRange], isSquare: Bool, _ graph: TensorGraph, _ node: TensorGraph.Node
  ) -> ValueRange {
    let first = operands[0]
    switch operation {
    case .identity: return first
    case .cast, .softCast: return node.type.dtype.isFloating ? first.rounded : .everything
    case .negative: return ValueRange(low: -first.high, high: -first.low)
    case .relu: return ValueRange(low: max(0, first.low), high: max(0, first.high))
    case .absolute, .exp, .sqrt, .rsqrt: return .nonNegative
    case .sigmoid, .normalCDF: return .unit
    case .tanh, .erf, .sin, .cos: return .signedUnit
    case .floor: return ValueRange(low: Foundation.floor(first.low), high: Foundation.floor(first.high))
    case .ceil: return ValueRange(low: Foundation.ceil(first.low), high: Foundation.ceil(first.high))
    case .maximum: return ValueRange(low: max(first.low, operands[1].low), high: max(first.high, operands[1].high))
    case .minimum: return ValueRange(low: min(first.low, operands[1].low), high: min(first.high, operands[1].high))
    case .select:
      return ValueRange(
        low: min(operands[1].low, operands[2].low), high: max(operands[1].high, operands[2].high))
    case .add: return first.low >= 0 && operands[1].low >= 0 ? .nonNegative : .everything
    case .multiply:
      // Products of numbers up to one are no larger, rounded or not.
      let areSmall = operands.allSatisfy { $0.low >= -1 && $0.high <= 1 }
      let isPositive = isSquare || operands.allSatisfy { $0.low >= 0 }
      return ValueRange(low: isPositive ? 0 : areSmall ? -1 : -.infinity, high: areSmall ? 1 : .infinity)
    case .power:
      guard case .scalar(let exponent) = graph.nodes[node.operands[1]].operation, exponent.remainder(dividingBy: 2) == 0
      else { return first.sign }
      return .nonNegative
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .and, .or, .not: return .unit
    default: return .everything
    }
  }

  /// After rounding to a narrower type: bounds that every type holds.
  private var rounded: ValueRange {
    func isHeld(_ bound: Double) -> Bool { bound.isInfinite || (bound == bound.rounded() && abs(bound) <= 256) }
    return ValueRange(low: isHeld(low) ? low : -.infinity, high: isHeld(high) ? high : .infinity)
  }
}
