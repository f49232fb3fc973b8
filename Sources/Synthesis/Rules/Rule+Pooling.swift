extension Rule {
  /// Average pooling along one dimension as means over windows, which have a generated kernel.
  public static let poolingAsSlidingSums = Rule(
    id: "pooling-as-sliding-sums",
    reason:
      "neighbouring windows of the average pooling overlap; adding their elements in vector registers reads the row "
      + "once, where the library goes element by element",
    exactness: "exact over ℝ (sums are added pairwise)", labels: []
  ) { graph in
    replacePooling(graph) { node, pooling, builder in
      builder.add(.slidingMean(pooling.window), node.operands, node.type, origin: node.origin)
    }
  }

  /// Average pooling along one dimension as a depthwise convolution with equal weights.
  public static let poolingAsConvolution = Rule(
    id: "pooling-as-convolution",
    reason: "an average pooling is a depthwise convolution with equal weights, which the library has fast code for",
    exactness: "exact over ℝ (the mean is a sum of products with 1/\u{2060}k, so rounding differs)",
    labels: ["library-call"]
  ) { graph in
    replacePooling(graph) { node, pooling, builder in
      let length = builder.shape(node.operands[0]).last ?? 0
      let outputs = node.type.shape.last ?? 0
      // Only where every window has the same divisor: the padding counts, or there is none, and no window is cut off.
      let divisors = Set((0..<outputs).map { pooling.window.window($0, length: length).divisor })
      guard divisors == [pooling.window.size], node.type.shape.count >= 2, node.type.dtype.isComputed else {
        return nil
      }
      let channels = node.type.shape[node.type.shape.count - 2]
      let weights = builder.add(
        .call(
          Call(
            "aten.full.default",
            [
              .list([.integer(channels), .integer(1), .integer(pooling.window.size)]),
              .number(1 / Double(pooling.window.size)),
            ], keywords: ["dtype": .dtype(node.type.dtype)])), [],
        TensorType(node.type.dtype, [channels, 1, pooling.window.size]), origin: node.origin)
      let convolution = Call(
        "aten.conv1d.default",
        [
          .operand(0), .operand(1), .none, .list([.integer(pooling.window.stride)]),
          .list([.integer(pooling.window.padding)]), .list([.integer(1)]), .integer(channels),
        ])
      return builder.add(.call(convolution), [node.operands[0], weights], node.type, origin: node.origin)
    }
  }

  private struct Pooling {
    var window: SlidingWindow
  }

  private static func replacePooling(
    _ graph: TensorGraph,
    _ replacement: (TensorGraph.Node, Pooling, inout GraphBuilder) -> TensorGraph.ValueID?
  ) -> TensorGraph? {
    var didReplace = false
    let result = graph.rewritten { node, _, builder in
      guard case .call(let call) = node.operation, call.target == "aten.avg_pool1d.default",
        node.type.dtype.isFloating, let size = call.argument(1, "kernel_size")?.integers?.first, size > 0
      else { return nil }
      let stride = call.argument(2, "stride")?.integers?.first ?? size
      let padding = call.argument(3, "padding")?.integers?.first ?? 0
      let counts = call.argument(5, "count_include_pad")?.truth ?? true
      let window = SlidingWindow(size: size, stride: stride, padding: padding, countsPadding: counts)
      guard let new = replacement(node, Pooling(window: window), &builder) else { return nil }
      didReplace = true
      return new
    }
    return didReplace ? result : nil
  }
}
