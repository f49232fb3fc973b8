/// How calls that stay with PyTorch are spelled.
enum LibraryCall {
  /// Operators whose Python function takes the same arguments in the same order.
  private static let functions: [String: String] = [
    "aten.conv1d.default": "F.conv1d", "aten.conv2d.default": "F.conv2d", "aten.conv3d.default": "F.conv3d",
    "aten.conv1d.padding": "F.conv1d", "aten.conv2d.padding": "F.conv2d", "aten.conv3d.padding": "F.conv3d",
    "aten.linear.default": "F.linear", "aten.matmul.default": "torch.matmul", "aten.mm.default": "torch.mm",
    "aten.bmm.default": "torch.bmm", "aten.addmm.default": "torch.addmm", "aten.baddbmm.default": "torch.baddbmm",
    "aten.max_pool1d.default": "F.max_pool1d", "aten.max_pool2d.default": "F.max_pool2d",
    "aten.max_pool3d.default": "F.max_pool3d", "aten.avg_pool2d.default": "F.avg_pool2d",
    "aten.avg_pool3d.default": "F.avg_pool3d", "aten.cat.default": "torch.cat", "aten.stack.default": "torch.stack",
    "aten.full.default": "torch.full", "aten.ones.default": "torch.ones", "aten.zeros.default": "torch.zeros",
    "aten.tril.default": "torch.tril", "aten.triu.default": "torch.triu", "aten.flip.default": "torch.flip",
    "aten.cumsum.default": "torch.cumsum", "aten.softmax.int": "torch.softmax",
    "aten.log_softmax.int": "torch.log_softmax", "aten.argmax.default": "torch.argmax",
    "aten.scaled_dot_product_attention.default": "F.scaled_dot_product_attention", "aten.relu.default": "torch.relu",
    "aten.sum.dim_IntList": "torch.sum", "aten.mean.dim": "torch.mean", "aten.amax.default": "torch.amax",
    "aten.einsum.default": "torch.einsum", "aten.eye.default": "torch.eye", "aten.diag.default": "torch.diag",
    "aten.conv_transpose1d.default": "F.conv_transpose1d", "aten.conv_transpose2d.input": "F.conv_transpose2d",
    "aten.conv_transpose3d.input": "F.conv_transpose3d", "aten.constant_pad_nd.default": "F.pad",
  ]

  /// Calls that give a new tensor nobody else holds, in row-major order or nearly always so.
  private static let fresh: Set<String> = [
    "conv1d", "conv2d", "conv3d", "linear", "mm", "bmm", "addmm", "baddbmm", "max_pool1d", "max_pool2d",
    "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "scaled_dot_product_attention", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "_convolution_pointwise", "_convolution_transpose_pointwise",
    "_linear_pointwise", "_mkl_linear",
  ]

  /// Operators that only some builds of PyTorch have: names that a block gives them, so that it finds out once whether
  /// they are there.
  static let optional: [String: String] = [
    Call.oneDNNConvolution: "onednn_convolution", Call.oneDNNConvolutionBinary: "onednn_convolution_with",
    Call.oneDNNTransposedConvolution: "onednn_transposed_convolution", Call.oneDNNLinear: "onednn_linear",
    Call.oneDNNLinearBinary: "onednn_linear_with", Call.mklLinear: "mkl_linear",
    Call.packConvolutionWeight: "pack_convolution", Call.packTransposedWeight: "pack_transposed_convolution",
    Call.packLinearWeight: "pack_linear", Call.packMKLWeight: "pack_mkl_linear",
  ]

  static func isFresh(_ call: Call) -> Bool { fresh.contains(call.name) }

  static func text(_ call: Call, operands: [String]) -> String {
    if let text = channelsLast(call, operands) { return text }
    let function = functions[call.target] ?? optional[call.target] ?? "torch.ops." + call.target
    let positional = call.arguments.map { $0.python(operands: operands) }
    let named = call.keywords.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.python(operands: operands))" }
    return "\(function)(\((positional + named).joined(separator: ", ")))"
  }

  /// A call with channels last is the library's own, of tensors in channels-last format.
  private static func channelsLast(_ call: Call, _ operands: [String]) -> String? {
    guard call.hasChannelsLast else { return nil }
    switch call.target {
    case Call.leaveChannelsLast: return "\(operands[0]).movedim(-1, 1).contiguous()"
    case Call.enterChannelsLast, Call.weightChannelsLast:
      let format = call.arguments[1].python(operands: [])
      let copy = "\(operands[0]).contiguous(memory_format=\(format))"
      return call.target == Call.weightChannelsLast ? copy : copy + ".movedim(1, -1)"
    default:
      guard let inner = call.withChannelsFirst else { return nil }
      let formatted = Set(inner.formatted)
      let moved = operands.enumerated().map { formatted.contains($0) ? "\($1).movedim(-1, 1)" : $1 }
      return text(inner, operands: moved) + ".movedim(1, -1)"
    }
  }
}
