/// A convolution or transposed convolution of a batch, with its arguments read.
struct ConvolutionLayer {
  typealias ValueID = TensorGraph.ValueID

  let call: Call
  let isTransposed: Bool
  let input: ValueID
  let weight: ValueID
  let bias: ValueID?
  let inputShape: [Int]
  let weightShape: [Int]
  let outputShape: [Int]
  let stride: [Int]
  let padding: [Int]
  let outputPadding: [Int]
  let dilation: [Int]
  let groups: Int

  var spatial: Int { weightShape.count - 2 }
  var kernel: [Int] { Array(weightShape[2...]) }

  init?(_ graph: TensorGraph, _ id: ValueID) {
    let node = graph.nodes[id]
    guard case .call(let call) = node.operation, node.type.dtype.isComputed, call.keywords.isEmpty,
      call.arguments.count >= 2, call.arguments[0] == .operand(0), call.arguments[1] == .operand(1),
      node.operands.count <= 3
    else { return nil }
    let weightShape = graph.nodes[node.operands[1]].type.shape
    let spatial = weightShape.count - 2
    guard spatial >= 1, graph.nodes[node.operands[0]].type.shape.count == spatial + 2 else { return nil }
    guard call.isConvolution || call.isTransposedConvolution else { return nil }
    isTransposed = call.isTransposedConvolution
    func each(_ position: Int, _ name: String, _ value: Int) -> [Int]? {
      guard let argument = call.argument(position, name) else { return [Int](repeating: value, count: spatial) }
      return argument.integers(each: spatial)
    }
    guard let stride = each(3, "stride", 1),
      let dilation = each(isTransposed ? 7 : 5, "dilation", 1),
      let outputPadding = isTransposed ? each(5, "output_padding", 0) : [Int](repeating: 0, count: spatial)
    else { return nil }
    if case .string(let mode)? = call.argument(4, "padding") {
      let total = zip(dilation, weightShape[2...]).map { $0 * ($1 - 1) }
      // An even kernel is padded by more on the right.
      guard mode == "valid" || total.allSatisfy({ $0 % 2 == 0 }) else { return nil }
      padding = mode == "valid" ? [Int](repeating: 0, count: spatial) : total.map { $0 / 2 }
    } else {
      guard let padding = each(4, "padding", 0) else { return nil }
      self.padding = padding
    }
    if case .operand(let index)? = call.argument(2, "bias") {
      bias = node.operands[index]
    } else {
      guard node.operands.count == 2 else { return nil }
      bias = nil
    }
    self.call = call
    self.weightShape = weightShape
    self.stride = stride
    self.dilation = dilation
    self.outputPadding = outputPadding
    groups = call.argument(6, "groups")?.integer ?? 1
    (input, weight) = (node.operands[0], node.operands[1])
    inputShape = graph.nodes[input].type.shape
    outputShape = node.type.shape
    guard groups >= 1, outputShape.count == spatial + 2, inputShape[1] % groups == 0,
      outputShape[1] == (isTransposed ? weightShape[1] * groups : weightShape[0])
    else { return nil }
  }

  /// For one spatial dimension a table of zeros and ones, `taps` rows and a column for each input position: whether that
  /// position meets that tap in some output. Nil where every position meets every tap.
  func meetings(_ dimension: Int) -> [[Bool]]? {
    let (length, outputs) = (inputShape[2 + dimension], outputShape[2 + dimension])
    let table = (0..<kernel[dimension]).map { tap in
      (0..<length).map { position -> Bool in
        if isTransposed {
          let output = position * stride[dimension] + tap * dilation[dimension] - padding[dimension]
          return output >= 0 && output < outputs
        }
        let offset = position - tap * dilation[dimension] + padding[dimension]
        return offset >= 0 && offset % stride[dimension] == 0 && offset / stride[dimension] < outputs
      }
    }
    return table.allSatisfy { $0.allSatisfy { $0 } } ? nil : table
  }
}
