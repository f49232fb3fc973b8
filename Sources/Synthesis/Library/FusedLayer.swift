extension Call {
  static let oneDNNConvolution = "mkldnn._convolution_pointwise.default"
  static let oneDNNConvolutionBinary = "mkldnn._convolution_pointwise.binary"
  static let oneDNNTransposedConvolution = "mkldnn._convolution_transpose_pointwise.default"
  static let oneDNNLinear = "mkldnn._linear_pointwise.default"
  static let oneDNNLinearBinary = "mkldnn._linear_pointwise.binary"
  static let mklLinear = "mkl._mkl_linear.default"

  static let packConvolutionWeight = "mkldnn._reorder_convolution_weight.default"
  static let packTransposedWeight = "mkldnn._reorder_convolution_transpose_weight.default"
  static let packLinearWeight = "mkldnn._reorder_linear_weight.default"
  static let packMKLWeight = "mkl._mkl_reorder_linear_weight.default"

  /// Brings a weight into an order that is not row-major: one of the library's own, which nobody else can read, or
  /// channels-last.
  var isPacking: Bool {
    [
      Self.packConvolutionWeight, Self.packTransposedWeight, Self.packLinearWeight, Self.packMKLWeight,
      Self.weightChannelsLast,
    ].contains(target)
  }

  var isOwnLinear: Bool { [Self.oneDNNLinear, Self.oneDNNLinearBinary, Self.mklLinear].contains(target) }

  /// Its results may be channels-last.
  var hasOwnLayout: Bool {
    [Self.oneDNNConvolution, Self.oneDNNConvolutionBinary, Self.oneDNNTransposedConvolution].contains(target)
  }
}

/// A call of one of the library's fused operators, read back: operands are input, weight, bias and another tensor.
struct FusedLayer {
  typealias ValueID = TensorGraph.ValueID

  let input: ValueID
  /// In row-major order, as it was before it was packed.
  let weight: ValueID
  let bias: ValueID?
  let other: (operation: String, value: ValueID)?
  let epilogue: Epilogue
  let isPacked: Bool
  /// The weight's dimension that numbers outputs.
  let outputDimension: Int

  init?(_ graph: TensorGraph, _ id: ValueID) {
    let node = graph.nodes[id]
    guard case .call(let written) = node.operation else { return nil }
    let call = written.withChannelsFirst ?? written
    let arguments = call.arguments
    func operand(_ position: Int) -> ValueID? {
      if case .operand(let index) = arguments[position] { node.operands[index] } else { nil }
    }
    func text(_ position: Int) -> String? {
      if case .string(let text) = arguments[position] { text } else { nil }
    }
    /// Of an epilogue whose name is at this position, followed by its numbers and algorithm.
    func epilogue(at position: Int) -> Epilogue {
      guard let name = text(position), case .list(let items) = arguments[position + 1] else { return .none }
      return Epilogue(attribute: name, scalars: items.compactMap(\.number), algorithm: text(position + 2) ?? "")
    }
    let weight: ValueID
    switch call.target {
    case Call.oneDNNConvolution, Call.oneDNNTransposedConvolution, Call.oneDNNLinear:
      weight = node.operands[1]
      (bias, other, self.epilogue) = (operand(2), nil, epilogue(at: arguments.count - 3))
    case Call.mklLinear:
      weight = node.operands[2]
      (bias, other, self.epilogue) = (operand(3), nil, .none)
    case Call.oneDNNConvolutionBinary, Call.oneDNNLinearBinary:
      let position = call.target == Call.oneDNNLinearBinary ? 4 : 8
      guard let value = operand(1), let operation = text(position) else { return nil }
      weight = node.operands[1]
      (bias, other) = (operand(3), (operation, value))
      self.epilogue = position == 8 ? epilogue(at: 10) : .none
    default: return nil
    }
    input = node.operands[0]
    if case .call(let packing) = graph.nodes[weight].operation, packing.isPacking {
      (self.weight, isPacked) = (graph.nodes[weight].operands[0], true)
    } else {
      (self.weight, isPacked) = (weight, call.target == Call.mklLinear)
    }
    outputDimension = call.target == Call.oneDNNTransposedConvolution ? 1 : 0
  }
}
