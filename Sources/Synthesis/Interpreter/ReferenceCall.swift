import Foundation

/// ATen operators by their definitions in PyTorch's documentation: the other side of the comparison with lowerings.
///
/// Nothing here shares code with the lowerings; formulas are the naive ones, which small numbers can bear.
struct ReferenceCall {
  let call: Call
  let operands: [DenseTensor]
  let type: TensorType

  init(_ call: Call, _ operands: [DenseTensor], _ type: TensorType) {
    self.call = call
    self.operands = operands
    self.type = type
  }

  // MARK: Arguments

  func tensor(_ position: Int, _ name: String) -> DenseTensor? {
    switch call.argument(position, name) {
    case .operand(let index)?: operands[index]
    case .integer?, .number?, .truth?: call.argument(position, name)?.number.map { DenseTensor([], [$0]) }
    default: nil
    }
  }

  func number(_ position: Int, _ name: String, _ value: Double) -> Double {
    call.argument(position, name)?.number ?? value
  }

  func integers(_ position: Int, _ name: String, _ value: [Int]) -> [Int] {
    guard let list = call.argument(position, name)?.integers, !list.isEmpty else { return value }
    return list
  }

  func dimensions(_ position: Int, _ name: String, _ rank: Int) -> Set<Int> {
    guard let list = call.argument(position, name)?.integers, !list.isEmpty else { return Set(0..<rank) }
    return Set(list.map { $0 < 0 ? $0 + rank : $0 })
  }

  // MARK: Evaluation

  func evaluate() throws -> [DenseTensor] {
    if let result = channelsLast() ?? pointwise() ?? reduction() ?? normalisation() ?? layer() ?? windowed()
      ?? rearrangement() ?? polynomial() ?? libraryLayer() ?? gradient()
    {
      return result
    }
    throw Interpreter.Unsupported(description: call.target)
  }

  private func map(_ body: (Double) -> Double) -> [DenseTensor]? { tensor(0, "self").map { [$0.map(body)] } }

  private func pointwise() -> [DenseTensor]? {
    func binary(_ body: (Double, Double) -> Double) -> [DenseTensor]? {
      guard let a = tensor(0, "self"), let b = tensor(1, "other") else { return nil }
      return [a.zipped(b, body)]
    }
    let alpha = number(2, "alpha", 1)
    switch call.name {
    case "add": return binary { $0 + alpha * $1 }
    case "sub": return binary { $0 - alpha * $1 }
    case "rsub": return binary { $1 - alpha * $0 }
    case "mul": return binary { $0 * $1 }
    case "div": return binary { $0 / $1 }
    case "maximum": return binary { max($0, $1) }
    case "minimum": return binary { min($0, $1) }
    case "gt": return binary { $0 > $1 ? 1 : 0 }
    case "lt": return binary { $0 < $1 ? 1 : 0 }
    case "pow":
      guard let a = tensor(0, "self"), let b = tensor(1, "exponent") else { return nil }
      return [a.zipped(b) { pow($0, $1) }]
    case "neg": return map { -$0 }
    case "abs": return map { abs($0) }
    case "exp": return map { exp($0) }
    case "log": return map { log($0) }
    case "sqrt": return map { $0.squareRoot() }
    case "rsqrt": return map { 1 / $0.squareRoot() }
    case "tanh": return map { tanh($0) }
    case "erf": return map { erf($0) }
    case "relu": return map { max($0, 0) }
    case "sigmoid": return map { 1 / (1 + exp(-$0)) }
    case "silu": return map { $0 / (1 + exp(-$0)) }
    case "mish": return map { $0 * tanh(log(1 + exp($0))) }
    case "softplus":
      let (beta, threshold) = (number(1, "beta", 1), number(2, "threshold", 20))
      return map { $0 * beta > threshold ? $0 : log1p(exp($0 * beta)) / beta }
    case "hardswish": return map { $0 * min(max($0 + 3, 0), 6) / 6 }
    case "hardsigmoid": return map { min(max($0 + 3, 0), 6) / 6 }
    case "log_sigmoid": return map { min($0, 0) - log1p(exp(-abs($0))) }
    case "relu6": return map { min(max($0, 0), 6) }
    case "leaky_relu":
      let slope = number(1, "negative_slope", 0.01)
      return map { $0 > 0 ? $0 : slope * $0 }
    case "elu":
      let alpha = number(1, "alpha", 1)
      return map { $0 > 0 ? $0 : alpha * (exp($0) - 1) }
    case "clamp":
      let (low, high) = (number(1, "min", -.infinity), number(2, "max", .infinity))
      return map { min(max($0, low), high) }
    case "hardtanh":
      let (low, high) = (number(1, "min_val", -1), number(2, "max_val", 1))
      return map { min(max($0, low), high) }
    case "gelu":
      if call.argument(1, "approximate") == .string("tanh") {
        return map { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
      }
      return map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    case "masked_fill":
      guard let x = tensor(0, "self"), let mask = tensor(1, "mask"), let value = tensor(2, "value") else { return nil }
      return [x.zipped(mask) { $1 != 0 ? value.values[0] : $0 }]
    case "where":
      guard let c = tensor(0, "condition"), let a = tensor(1, "self"), let b = tensor(2, "other") else { return nil }
      let target = Shape.broadcast([c.shape, a.shape, b.shape]) ?? []
      let (cs, bs) = (c.broadcast(to: target).values, b.broadcast(to: target).values)
      return [DenseTensor(target, zip(cs, zip(a.broadcast(to: target).values, bs)).map { $0 != 0 ? $1.0 : $1.1 })]
    // Over the reals a number is the same in every type.
    case "clone", "dropout", "contiguous", "detach", "to", "type_as": return map { $0 }
    default: return nil
    }
  }

  private func reduction() -> [DenseTensor]? {
    guard let x = tensor(0, "self") else { return nil }
    let rank = x.shape.count
    func over(_ position: Int = 1, _ body: ([Double]) -> Double) -> [DenseTensor] {
      [x.reduced(dimensions(position, "dim", rank), body).reshaped(type.shape)]
    }
    func mean(_ v: [Double]) -> Double { v.reduce(0, +) / Double(v.count) }
    func variance(_ v: [Double]) -> Double {
      let correction = call.keywords["correction"]?.number ?? 1
      return v.reduce(0) { $0 + ($1 - mean(v)) * ($1 - mean(v)) } / (Double(v.count) - correction)
    }
    switch call.target {
    case "aten.sum.dim_IntList", "aten.sum.default": return over { $0.reduce(0, +) }
    case "aten.mean.dim", "aten.mean.default": return over(1, mean)
    case "aten.amax.default": return over { $0.max() ?? -.infinity }
    case "aten.amin.default": return over { $0.min() ?? .infinity }
    case "aten.var.correction": return over(1, variance)
    case "aten.std.correction": return over { variance($0).squareRoot() }
    case "aten.logsumexp.default":
      return over { values in
        let top = values.max() ?? 0
        return top + log(values.reduce(0) { $0 + exp($1 - top) })
      }
    case "aten.linalg_vector_norm.default": return over(2) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    case "aten.softmax.int", "aten.log_softmax.int":
      let dimension = dimensions(1, "dim", rank)
      let below = x.zipped(x.reduced(dimension) { $0.max() ?? 0 }) { $0 - $1 }
      let total = below.reduced(dimension) { $0.reduce(0) { $0 + exp($1) } }
      return [below.zipped(total) { call.name == "softmax" ? exp($0) / $1 : $0 - log($1) }]
    case "aten.mse_loss.default":
      guard let target = tensor(1, "target") else { return nil }
      return [DenseTensor([], [mean(x.zipped(target) { ($0 - $1) * ($0 - $1) }.values)])]
    default: return nil
    }
  }

  private func normalisation() -> [DenseTensor]? {
    guard let x = tensor(0, "input") else { return nil }
    let rank = x.shape.count
    func affine(_ y: DenseTensor, _ weight: DenseTensor?, _ bias: DenseTensor?, _ shape: [Int]) -> DenseTensor {
      var y = y
      if let weight { y = y.zipped(weight.reshaped(shape)) { $0 * $1 } }
      if let bias { y = y.zipped(bias.reshaped(shape)) { $0 + $1 } }
      return y
    }
    func standardised(_ x: DenseTensor, _ dimensions: Set<Int>, _ epsilon: Double) -> DenseTensor {
      let mean = x.reduced(dimensions) { $0.reduce(0, +) / Double($0.count) }
      let square = x.reduced(dimensions) { $0.reduce(0) { $0 + $1 * $1 } / Double($0.count) }
      let variance = square.zipped(mean) { $0 - $1 * $1 }
      return x.zipped(mean) { $0 - $1 }.zipped(variance) { $0 / ($1 + epsilon).squareRoot() }
    }
    switch call.name {
    case "layer_norm":
      let shape = integers(1, "normalized_shape", [])
      let y = standardised(x, Set(rank - shape.count..<rank), number(4, "eps", 1e-5))
      return [affine(y, tensor(2, "weight"), tensor(3, "bias"), shape)]
    case "rms_norm":
      let shape = integers(1, "normalized_shape", [])
      let mean = x.reduced(Set(rank - shape.count..<rank)) { $0.reduce(0) { $0 + $1 * $1 } / Double($0.count) }
      let y = x.zipped(mean) { $0 / ($1 + number(3, "eps", 0x1p-23)).squareRoot() }
      return [affine(y, tensor(2, "weight"), nil, shape)]
    case "group_norm":
      let groups = Int(number(1, "num_groups", 1))
      let inner = x.shape[2...].reduce(1, *)
      let y = standardised(
        x.reshaped([x.shape[0], groups, x.shape[1] / groups * inner]), [2], number(4, "eps", 1e-5)
      ).reshaped(x.shape)
      let channel = [x.shape[1]] + [Int](repeating: 1, count: rank - 2)
      return [affine(y, tensor(2, "weight"), tensor(3, "bias"), channel)]
    case "batch_norm", "_native_batch_norm_legit_no_training":
      let epsilon = number(call.name == "batch_norm" ? 7 : 6, "eps", 1e-5)
      guard let mean = tensor(3, "running_mean"), let variance = tensor(4, "running_var") else { return nil }
      let channel = [x.shape[1]] + [Int](repeating: 1, count: rank - 2)
      let y = x.zipped(mean.reshaped(channel)) { $0 - $1 }
        .zipped(variance.reshaped(channel)) { $0 / ($1 + epsilon).squareRoot() }
      return [affine(y, tensor(1, "weight"), tensor(2, "bias"), channel)]
    default: return nil
    }
  }

  private func rearrangement() -> [DenseTensor]? {
    switch call.name {
    case "full":
      let shape = integers(0, "size", [])
      return [DenseTensor(shape, filledWith: number(1, "fill_value", 0))]
    case "view", "reshape", "_unsafe_view", "unsqueeze", "squeeze", "flatten":
      return tensor(0, "self").map { [$0.reshaped(type.shape)] }
    case "permute":
      return tensor(0, "self").map {
        [$0.permuted(integers(1, "dims", []).map { $0 < 0 ? $0 + type.shape.count : $0 })]
      }
    case "transpose":
      guard let x = tensor(0, "self") else { return nil }
      let rank = x.shape.count
      let pair = [Int(number(1, "dim0", 0)), Int(number(2, "dim1", 1))].map { $0 < 0 ? $0 + rank : $0 }
      var order = Array(0..<rank)
      order.swapAt(pair[0], pair[1])
      return [x.permuted(order)]
    case "expand": return tensor(0, "self").map { [$0.broadcast(to: type.shape)] }
    case "diagonal", "slice", "select": return part().map { [$0] }
    case "chunk":
      guard let x = tensor(0, "self") else { return nil }
      let rank = x.shape.count
      let (count, given) = (Int(number(1, "chunks", 1)), Int(number(2, "dim", 0)))
      let dimension = given < 0 ? given + rank : given
      let size = (x.shape[dimension] + count - 1) / count
      return stride(from: 0, to: x.shape[dimension], by: size).map { start in
        var shape = x.shape
        shape[dimension] = min(size, x.shape[dimension] - start)
        let strides = Shape.strides(x.shape)
        return x.view(.init(offset: start * strides[dimension], strides: strides), shape: shape)
      }
    default: return nil
    }
  }
}
