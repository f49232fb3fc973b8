extension Rule {
  /// Convolutions that keep channels apart get a kernel of our own.
  public static let depthwiseDirectly = Rule(
    id: "depthwise-direct",
    reason:
      "a convolution with one input channel for each output channel has too little arithmetic for the library's matrix "
      + "products; a direct sum over the taps runs at the speed of memory",
    exactness: "exact over ℝ (products are added in another order)", labels: []
  ) { graph in
    let isPrepared = graph.isPrepared
    var didReplace = false
    let result = graph.rewritten { node, id, builder in
      guard !isPrepared[id], let convolution = depthwise(node, builder), DepthwiseKernel.fits(convolution) else {
        return nil
      }
      didReplace = true
      return builder.add(.depthwise(convolution), node.operands, node.type, origin: node.origin)
    }
    return didReplace ? result : nil
  }

  /// `(input, weight, bias, stride, padding, dilation, groups)` where every group has one input channel.
  private static func depthwise(_ node: TensorGraph.Node, _ builder: GraphBuilder) -> DepthwiseConvolution? {
    guard case .call(let call) = node.operation, node.type.dtype.isFloating, call.arguments.count >= 7,
      call.keywords.isEmpty, call.arguments[0] == .operand(0), call.arguments[1] == .operand(1),
      node.operands.allSatisfy({ builder.type($0).dtype == node.type.dtype }),
      node.operands.count == (call.arguments[2] == .none ? 2 : 3)
    else { return nil }
    let (input, weight) = (builder.shape(node.operands[0]), builder.shape(node.operands[1]))
    let spatial = weight.count - 2
    guard (1...2).contains(spatial), call.name == "conv\(spatial)d", weight[1] == 1,
      let groups = call.arguments[6].integer,
      input.count > spatial, input[input.count - spatial - 1] == groups, weight[0] % groups == 0,
      node.type.count > 0
    else { return nil }
    guard let strides = call.arguments[3].integers(each: spatial),
      let dilation = call.arguments[5].integers(each: spatial)
    else { return nil }
    let padding: [Int]
    switch call.arguments[4] {
    // Where the padding comes out odd, the larger half is on the right.
    case .string("same"): padding = (0..<spatial).map { dilation[$0] * (weight[2 + $0] - 1) / 2 }
    case .string("valid"): padding = [Int](repeating: 0, count: spatial)
    default:
      guard let list = call.arguments[4].integers(each: spatial) else { return nil }
      padding = list
    }
    return DepthwiseConvolution(
      (0..<spatial).map {
        WindowExtent(size: weight[2 + $0], stride: strides[$0], padding: padding[$0], dilation: dilation[$0])
      })
  }
}
