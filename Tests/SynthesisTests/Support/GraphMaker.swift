@testable import Synthesis

/// Writes captured graphs by hand: calls with the types that PyTorch would give them.
struct GraphMaker {
  typealias ValueID = TensorGraph.ValueID

  var graph = TensorGraph()
  /// Values for the inputs by position and for the parameters by path.
  var inputs: [Int: DenseTensor] = [:]
  var parameters: [String: DenseTensor] = [:]
  /// Prefix of all names, to show that names mean nothing.
  var prefix = ""
  private var random: RandomSource

  init(seed: Int, prefix: String = "") {
    random = RandomSource(seed: seed)
    self.prefix = prefix
  }

  func shape(_ id: ValueID) -> [Int] { graph.nodes[id].type.shape }

  mutating func values(_ shape: [Int], _ range: ClosedRange<Double> = -2...2) -> DenseTensor {
    var tensor = DenseTensor(shape)
    for index in tensor.values.indices { tensor.values[index] = Double.random(in: range, using: &random) }
    return tensor
  }

  mutating func input(
    _ shape: [Int], range: ClosedRange<Double> = -2...2, dtype: ElementType = .float32
  ) -> ValueID {
    let position = graph.arguments.count
    let type = TensorType(dtype, shape)
    graph.arguments.append(.tensor(name: "\(prefix)x\(position)", type))
    inputs[position] = values(shape, range)
    return add(.input(position), [], type, "\(prefix)x\(position)")
  }

  mutating func parameter(
    _ path: String, _ shape: [Int], range: ClosedRange<Double> = -1...1, dtype: ElementType = .float32
  ) -> ValueID {
    parameters[prefix + path] = values(shape, range)
    return add(.parameter(path: prefix + path, kind: .parameter), [], TensorType(dtype, shape), path)
  }

  @discardableResult
  mutating func add(
    _ operation: TensorGraph.Operation, _ operands: [ValueID], _ type: TensorType, _ name: String = "value"
  ) -> ValueID {
    graph.nodes.append(
      .init(operation, operands, type, origin: .init(name: "\(prefix)\(name)_\(graph.nodes.count)", target: name)))
    return graph.nodes.count - 1
  }

  /// A call whose leading arguments are tensors, then others.
  mutating func call(
    _ target: String, _ tensors: [ValueID], _ others: [CallArgument] = [], keywords: [String: CallArgument] = [:],
    shape: [Int]? = nil, dtype: ElementType = .float32
  ) -> ValueID {
    let arguments = tensors.indices.map { CallArgument.operand($0) } + others
    let result = shape ?? Shape.broadcast(tensors.map { self.shape($0) }) ?? []
    return add(
      .call(Call("aten." + target, arguments, keywords: keywords)), tensors, TensorType(dtype, result), "aten." + target
    )
  }

  mutating func returns(_ ids: ValueID...) {
    graph.outputs = ids.map { .value($0) }
    graph.structure = ids.count == 1 ? .leaf(0) : .tuple(ids.indices.map { .leaf($0) })
  }

  func run(_ graph: TensorGraph) throws -> [DenseTensor] {
    try Interpreter(parameters: parameters).run(graph, arguments: inputs)
  }
}

/// The largest difference of two results, relative to the largest number in them; infinite where shapes differ.
func relativeDifference(_ a: [DenseTensor], _ b: [DenseTensor]) -> Double {
  guard a.map(\.shape) == b.map(\.shape) else { return .infinity }
  var worst = 0.0
  for (x, y) in zip(a, b) {
    let scale = (x.values + y.values).filter(\.isFinite).map(abs).max() ?? 1
    for (p, q) in zip(x.values, y.values) {
      if p.isNaN && q.isNaN || p == q { continue }
      worst = max(worst, p.isFinite && q.isFinite ? abs(p - q) / max(scale, 1e-300) : .infinity)
    }
  }
  return worst
}
