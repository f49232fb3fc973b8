@testable import Synthesis

/// Runs graphs of additions, multiplications and divisions in fractions: equal means equal.
struct ExactInterpreter {
  typealias Tensor = PolynomialCall<Rational>.Tensor
  struct Unsupported: Error { var what: String }

  var inputs: [Int: Tensor] = [:]
  var parameters: [String: Tensor] = [:]

  /// Small fractions for all that a graph reads.
  init(_ graph: TensorGraph, _ random: inout RandomSource) {
    func draw(_ shape: [Int]) -> Tensor {
      Tensor(shape) { _ in Rational(Int128(random.int(-6...6)), Int128(random.int(1...3))) }
    }
    for node in graph.nodes {
      switch node.operation {
      // Whole numbers name one of at least two parts.
      case .input(let position) where node.type.dtype == .int64:
        inputs[position] = Tensor(node.type.shape) { _ in Rational(Int128(random.int(0...1)), 1) }
      case .input(let position): inputs[position] = draw(node.type.shape)
      case .parameter(let path, _): parameters[path] = draw(node.type.shape)
      default: break
      }
    }
  }

  func run(_ graph: TensorGraph) throws -> [[Rational]] {
    var values: [Tensor] = []
    for node in graph.nodes { values.append(try evaluate(node, node.operands.map { values[$0] })) }
    return graph.outputs.compactMap { if case .value(let id) = $0 { values[id].values } else { nil } }
  }

  private func evaluate(_ node: TensorGraph.Node, _ operands: [Tensor]) throws -> Tensor {
    let shape = node.type.shape
    switch node.operation {
    case .input(let position): return inputs[position] ?? Tensor([], [])
    case .parameter(let path, _): return parameters[path] ?? Tensor([], [])
    case .scalar(let value):
      guard let exact = Rational(value) else { throw Unsupported(what: "\(value)") }
      return Tensor([], [exact])
    case .reshape: return Tensor(shape, operands[0].values)
    case .view(let layout):
      return Tensor(shape) { index in
        operands[0].values[layout.offset + zip(index, layout.strides).reduce(0) { $0 + $1.0 * $1.1 }]
      }
    case .reduceColumns(.sum, let dimensions, let inner):
      let how = ReducedDimensions(reduction: .sum, dimensions: dimensions, inner: inner)
      let (extent, distance) = (how.length(of: operands[0].shape), how.distance(in: operands[0].shape))
      let values = operands[0].values
      return Tensor(
        shape,
        (0..<values.count / extent).map { index in
          let start = index / distance * distance * extent + index % distance
          return (0..<extent).reduce(0) { $0 + values[start + $1 * distance] }
        })
    case .reduce(.sum, let trailing):
      let size = operands[0].shape.suffix(trailing).reduce(1, *)
      let rows = stride(from: 0, to: operands[0].values.count, by: size)
      return Tensor(shape, rows.map { operands[0].values[$0..<$0 + size].reduce(0, +) })
    case .elementwise(let operation):
      let spread = operands.map { operand in
        let layout = StridedLayout(strides: Shape.strides(operand.shape)).broadcast(from: operand.shape, to: shape)
        return Tensor(shape) { index in
          operand.values[zip(index, layout.strides).reduce(0) { $0 + $1.0 * $1.1 }]
        }.values
      }
      return Tensor(shape, try spread[0].indices.map { i in try Self.apply(operation, spread.map { $0[i] }) })
    case .call(let call):
      if ["sum", "mean"].contains(call.name) { return Self.sum(call, operands[0], shape) }
      if call.name == "avg_pool1d" { return try Self.pool(call, operands[0], shape) }
      guard let result = PolynomialCall(call: call, operands: operands, type: node.type).evaluate() else {
        throw Unsupported(what: call.target)
      }
      return result
    default: throw Unsupported(what: "\(node.operation)")
    }
  }

  private static func apply(_ operation: Elementwise, _ x: [Rational]) throws -> Rational {
    switch operation {
    case .identity, .cast, .softCast: return x[0]
    case .negative: return 0 - x[0]
    case .add: return x[0] + x[1]
    case .subtract: return x[0] - x[1]
    case .multiply: return x[0] * x[1]
    case .divide: return x[0] / x[1]
    case .maximum: return max(x[0], x[1])
    case .minimum: return min(x[0], x[1])
    case .relu: return max(x[0], 0)
    default: throw Unsupported(what: operation.rawValue)
    }
  }

  private static func sum(_ call: Call, _ x: Tensor, _ shape: [Int]) -> Tensor {
    let rank = x.shape.count
    let listed = (call.argument(1, "dim")?.integers ?? []).map { $0 < 0 ? $0 + rank : $0 }
    let reduced = listed.isEmpty ? Set(0..<rank) : Set(listed)
    let kept = x.shape.indices.map { reduced.contains($0) ? 1 : x.shape[$0] }
    let strides = Shape.strides(kept)
    var values = [Rational](repeating: 0, count: kept.reduce(1, *))
    forEachIndex(x.shape) { index, position in
      let to = index.indices.reduce(0) { $0 + (reduced.contains($1) ? 0 : index[$1] * strides[$1]) }
      values[to] += x.values[position]
    }
    let count = Rational(Int128(reduced.map { x.shape[$0] }.reduce(1, *)))
    return Tensor(shape, call.name == "mean" ? values.map { $0 / count } : values)
  }

  /// Without padding.
  private static func pool(_ call: Call, _ x: Tensor, _ shape: [Int]) throws -> Tensor {
    guard let size = call.argument(1, "kernel_size")?.integers?.first, let outputs = shape.last,
      let length = x.shape.last, (call.argument(3, "padding")?.integers ?? [0]) == [0]
    else { throw Unsupported(what: "padding") }
    let step = call.argument(2, "stride")?.integers?.first ?? size
    return Tensor(
      shape,
      (0..<shape.reduce(1, *)).map { position in
        let first = position / outputs * length + position % outputs * step
        return x.values[first..<first + size].reduce(0, +) / Rational(Int128(size))
      })
  }
}
