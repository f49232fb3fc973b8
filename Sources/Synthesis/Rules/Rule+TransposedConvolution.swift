extension Rule {
  /// A transposed convolution with stride one is a convolution with the kernel turned round.
  ///
  /// By itself it gains nothing where the library's transposed convolution is as fast; it opens the way for what is known
  /// of convolutions alone (channels last, direct kernels).
  public static let transposedAsConvolution = Rule(
    id: "transposed-as-convolution",
    reason: "a transposed convolution with stride one is a convolution with the kernel turned round, for which the "
      + "library has more ways",
    exactness: "exact over ℝ", labels: []
  ) { graph in
    let isPrepared = graph.isPrepared
    for id in graph.nodes.indices {
      guard let layer = ConvolutionLayer(graph, id), layer.isTransposed, isPrepared[layer.weight],
        layer.stride.allSatisfy({ $0 == 1 }), layer.outputPadding.allSatisfy({ $0 == 0 })
      else { continue }
      let padding = zip(zip(layer.dilation, layer.kernel), layer.padding).map { $0.0 * ($0.1 - 1) - $1 }
      // Cutting more off than the kernel adds is no padding.
      guard padding.allSatisfy({ $0 >= 0 }) else { continue }
      let bias = layer.bias.map { [$0] } ?? []
      return graph.replacingOperands(id, [layer.input, layer.weight] + bias) { node, x, context in
        context.convolution(x, layer, padding: padding, type: node.type)
      }
    }
    return nil
  }
}

extension LoweringContext {
  fileprivate mutating func convolution(
    _ x: [ValueID], _ layer: ConvolutionLayer, padding: [Int], type: TensorType
  ) -> ValueID {
    let (groups, spatial) = (layer.groups, layer.spatial)
    let (inputs, outputs) = (layer.weightShape[0] / groups, layer.weightShape[1])
    // [groups · inputs, outputs, …] as [groups · outputs, inputs, …], group by group.
    let apart = reshape(x[1], [groups, inputs, outputs] + layer.kernel)
    let turned = permuted(apart, [0, 2, 1] + (0..<spatial).map { $0 + 3 })
    let weight = reshape(turned, [groups * outputs, inputs] + layer.kernel)
    func list(_ values: [Int]) -> CallArgument { .list(values.map { .integer($0) }) }
    let flipped = library(
      "flip.default", [weight], [list((0..<spatial).map { $0 + 2 })], shape: shape(weight), dtype: type.dtype)
    let bias: CallArgument = layer.bias == nil ? .none : .operand(2)
    return call(
      "conv\(spatial)d.default", [x[0], flipped] + x.dropFirst(2),
      [.operand(0), .operand(1), bias, list(layer.stride), list(padding), list(layer.dilation), .integer(groups)],
      shape: type.shape, dtype: type.dtype)
  }
}
