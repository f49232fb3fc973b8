/// Operators that only add and multiply, over any numbers: doubles in the interpreter, fractions in the tests, where no
/// rounding hides a difference.
struct PolynomialCall<Number: SignedNumeric> {
  struct Tensor {
    var shape: [Int]
    var values: [Number]

    init(_ shape: [Int], _ values: [Number]) {
      self.shape = shape
      self.values = values
    }

    /// Filled element by element, from each element's index.
    init(_ shape: [Int], _ element: ([Int]) -> Number) {
      self.shape = shape
      values = []
      forEachIndex(shape) { index, _ in values.append(element(index)) }
    }

    subscript(_ index: [Int]) -> Number { values[zip(index, Shape.strides(shape)).reduce(0) { $0 + $1.0 * $1.1 }] }
  }

  let call: Call
  let operands: [Tensor]
  let type: TensorType

  func evaluate() -> Tensor? {
    switch call.name {
    case "linear": return linear()
    case "matmul", "mm", "bmm": return operands.count == 2 ? product(operands[0], operands[1]) : nil
    case "addmm":
      guard operands.count == 3, call.keywords.isEmpty, let y = product(operands[1], operands[2]) else { return nil }
      return Tensor(type.shape) { y[$0] + operands[0].values[$0[1] % operands[0].values.count] }
    case "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d": return convolution()
    case "ones", "zeros": return Tensor(type.shape) { _ in call.name == "ones" ? 1 : 0 }
    case "one_hot":
      return Tensor(type.shape) { operands[0][Array($0.dropLast())] == Number(exactly: $0[$0.count - 1]) ? 1 : 0 }
    case "embedding": return fetched()
    case "clone": return operands[0]
    case "eye": return Tensor(type.shape) { $0[0] == $0[1] ? 1 : 0 }
    case "diag" where operands[0].shape.count == 1 && call.arguments.count == 1:
      return Tensor(type.shape) { $0[0] == $0[1] ? operands[0].values[$0[0]] : 0 }
    case "diag_embed" where call.arguments.count == 1:
      return Tensor(type.shape) { index in
        let (i, j) = (index[index.count - 2], index[index.count - 1])
        return i == j ? operands[0][Array(index.dropLast())] : 0
      }
    case "tril", "triu":
      let diagonal = call.argument(1, "diagonal")?.integer ?? 0
      return Tensor(type.shape) { index in
        let offset = index[index.count - 1] - index[index.count - 2] - diagonal
        return (call.name == "tril" ? offset <= 0 : offset >= 0) ? operands[0][index] : 0
      }
    case "constant_pad_nd": return padded()
    case "flip":
      let flipped = (call.argument(1, "dims")?.integers ?? []).map { $0 < 0 ? $0 + type.shape.count : $0 }
      return Tensor(type.shape) { index in
        operands[0][index.indices.map { flipped.contains($0) ? type.shape[$0] - 1 - index[$0] : index[$0] }]
      }
    case "cat": return joined()
    case "stack": return stacked()
    case "zeros_like": return Tensor(type.shape) { _ in 0 }
    case "_to_copy", "finite": return operands.first
    default: return nil
    }
  }

  private func operand(_ position: Int, _ name: String) -> Tensor? {
    if case .operand(let index)? = call.argument(position, name) { operands[index] } else { nil }
  }

  private func linear() -> Tensor? {
    guard let x = operand(0, "input"), let weight = operand(1, "weight") else { return nil }
    let bias = operand(2, "bias")
    return Tensor(Array(x.shape.dropLast()) + [weight.shape[0]]) { index in
      let output = index[index.count - 1]
      return (0..<weight.shape[1]).reduce(bias?.values[output] ?? 0) {
        $0 + x[index.dropLast() + [$1]] * weight[[output, $1]]
      }
    }
  }

  private func product(_ left: Tensor, _ right: Tensor) -> Tensor? {
    let a = left.shape.count == 1 ? Tensor([1] + left.shape, left.values) : left
    let b = right.shape.count == 1 ? Tensor(right.shape + [1], right.values) : right
    guard let outer = Shape.broadcast([Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))]) else { return nil }
    let (rows, inner, columns) = (a.shape[a.shape.count - 2], a.shape[a.shape.count - 1], b.shape[b.shape.count - 1])
    func place(_ tensor: Tensor, _ index: [Int]) -> [Int] {
      let rank = tensor.shape.count - 2
      return zip(index.dropLast(2).suffix(rank), tensor.shape).map { $1 == 1 ? 0 : $0 }
    }
    let result = Tensor(outer + [rows, columns]) { index in
      let (i, j) = (index[index.count - 2], index[index.count - 1])
      return (0..<inner).reduce(0) { $0 + a[place(a, index) + [i, $1]] * b[place(b, index) + [$1, j]] }
    }
    return Tensor(type.shape, result.values)
  }

  /// Every input element times every tap goes to the output element that the definition of the layer says.
  private func convolution() -> Tensor? {
    var graph = TensorGraph()
    for operand in operands {
      graph.nodes.append(
        .init(.input(0), [], TensorType(type.dtype, operand.shape), origin: .init(name: "", target: "")))
    }
    graph.nodes.append(.init(.call(call), Array(operands.indices), type, origin: .init(name: "", target: "")))
    guard let layer = ConvolutionLayer(graph, operands.count) else { return nil }
    let (x, weight) = (operands[0], operands[1])
    let bias = layer.bias.map { operands[$0] }
    let strides = Shape.strides(type.shape)
    var values: [Number] = []
    forEachIndex(type.shape) { index, _ in values.append(bias?.values[index[1]] ?? 0) }
    let perGroup = layer.inputShape[1] / layer.groups
    let outputs = layer.outputShape[1] / layer.groups
    forEachIndex(x.shape) { index, position in
      let group = index[1] / perGroup
      forEachIndex(layer.kernel) { tap, _ in
        var to = index[0] * strides[0]
        for d in 0..<layer.spatial {
          let at: Int
          if layer.isTransposed {
            at = index[2 + d] * layer.stride[d] + tap[d] * layer.dilation[d] - layer.padding[d]
          } else {
            let offset = index[2 + d] - tap[d] * layer.dilation[d] + layer.padding[d]
            guard offset >= 0, offset % layer.stride[d] == 0 else { return }
            at = offset / layer.stride[d]
          }
          guard at >= 0, at < type.shape[2 + d] else { return }
          to += at * strides[2 + d]
        }
        for output in 0..<outputs {
          let channel = group * outputs + output
          let factor =
            layer.isTransposed ? weight[[index[1], output] + tap] : weight[[channel, index[1] % perGroup] + tap]
          values[to + channel * strides[1]] += x.values[position] * factor
        }
      }
    }
    return Tensor(type.shape, values)
  }

  /// Rows of the first operand that the second one names; nil where there is none of such a number.
  private func fetched() -> Tensor? {
    let (table, names) = (operands[0], operands[1])
    let rows = names.values.map { name in (0..<table.shape[0]).first { Number(exactly: $0) == name } }
    guard table.shape.count == 2, !rows.contains(nil) else { return nil }
    return Tensor(type.shape, rows.flatMap { row in (0..<table.shape[1]).map { table[[row ?? 0, $0]] } })
  }

  private func padded() -> Tensor? {
    guard let x = operands.first, let pairs = call.argument(1, "pad")?.integers,
      (call.argument(2, "value")?.number ?? 0) == 0
    else { return nil }
    let rank = x.shape.count
    return Tensor(type.shape) { index in
      var from = index
      for dimension in 0..<rank {
        let pair = (rank - 1 - dimension) * 2
        if pair < pairs.count { from[dimension] -= pairs[pair] }
        if from[dimension] < 0 || from[dimension] >= x.shape[dimension] { return 0 }
      }
      return x[from]
    }
  }

  private func stacked() -> Tensor? {
    guard let dimension = Shape.dimension(call.argument(1, "dim")?.integer ?? 0, rank: type.shape.count),
      operands.count == type.shape[dimension]
    else { return nil }
    return Tensor(type.shape) { index in
      var from = index
      return operands[from.remove(at: dimension)][from]
    }
  }

  private func joined() -> Tensor? {
    guard let dimension = Shape.dimension(call.argument(1, "dim")?.integer ?? 0, rank: type.shape.count) else {
      return nil
    }
    return Tensor(type.shape) { index in
      var from = index
      for piece in operands {
        if from[dimension] < piece.shape[dimension] { return piece[from] }
        from[dimension] -= piece.shape[dimension]
      }
      return 0
    }
  }
}

extension ReferenceCall {
  /// What ``PolynomialCall`` knows and the other tables don't.
  func polynomial() -> [DenseTensor]? {
    let tensors = operands.map { PolynomialCall<Double>.Tensor($0.shape, $0.values) }
    return PolynomialCall<Double>(call: call, operands: tensors, type: type).evaluate().map {
      [DenseTensor($0.shape, $0.values)]
    }
  }
}
