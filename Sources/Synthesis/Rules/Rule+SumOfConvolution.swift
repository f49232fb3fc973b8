extension Rule {
  /// Sums over a convolution's channels: one output channel with the sum of the weights.
  public static let channelSumOfConvolution = Rule(
    id: "channel-sum-of-convolution",
    reason: "the sum over a convolution's channels is one channel, made with the sum of their weights",
    exactness: "exact over ℝ", labels: ["algebraic-pruning"]
  ) { graph in
    replaceSums(graph) { pattern, layer, builder, node in
      guard let layer, pattern.dimensions.contains(1), !layer.coversSpatial(pattern) else { return nil }
      return layer.channelSum(pattern, node, &builder)
    }
  }

  /// Sums over all positions of a convolution: sums of the input, times the weights.
  public static let positionSumOfConvolution = Rule(
    id: "position-sum-of-convolution",
    reason: "the sum over all positions of a convolution needs, for each tap of its kernel, only the sum of the input "
      + "elements that meet the tap: the convolution itself is never done",
    exactness: "exact over ℝ", labels: ["algebraic-pruning"]
  ) { graph in
    replaceSums(graph) { pattern, layer, builder, node in
      guard let layer, layer.coversSpatial(pattern) else { return nil }
      return layer.positionSum(pattern, node, &builder)
    }
  }

  /// Calls `replacement` for every sum of a convolution that nothing else uses.
  private static func replaceSums(
    _ graph: TensorGraph,
    _ replacement: (SumPattern, ConvolutionLayer?, inout GraphBuilder, TensorGraph.Node) -> TensorGraph.ValueID?
  ) -> TensorGraph? {
    let uses = graph.storedUses
    var mapped: [TensorGraph.ValueID: TensorGraph.ValueID] = [:]
    var didReplace = false
    let result = graph.rewritten { node, index, builder in
      guard let pattern = SumPattern(graph, index), uses[pattern.source] == 1,
        ConvolutionLayer(graph, pattern.source) != nil, let source = mapped[pattern.source]
      else {
        if case .call = node.operation {
          let id = builder.add(node.operation, node.operands, node.type, origin: node.origin)
          mapped[index] = id
          return id
        }
        return nil
      }
      let copy = TensorGraph(nodes: builder.nodes)
      guard let new = replacement(pattern, ConvolutionLayer(copy, source), &builder, node) else { return nil }
      didReplace = true
      return new
    }
    return didReplace ? result : nil
  }
}

extension ConvolutionLayer {
  /// All spatial dimensions with more than one output are added up.
  func coversSpatial(_ pattern: SumPattern) -> Bool {
    (0..<spatial).allSatisfy { outputShape[2 + $0] == 1 || pattern.dimensions.contains(2 + $0) }
      && !pattern.dimensions.isDisjoint(with: Set(2..<2 + spatial))
  }

  /// Divides by the number of elements where the mean was asked for, and takes the captured shape.
  private func finished(
    _ sum: ValueID, _ pattern: SumPattern, _ node: TensorGraph.Node, _ context: inout LoweringContext
  ) -> ValueID {
    let shaped = context.finite(context.reshape(sum, node.type.shape))
    return pattern.divisor == 1 ? shaped : context.apply(.divide, shaped, pattern.divisor)
  }

  func channelSum(_ pattern: SumPattern, _ node: TensorGraph.Node, _ builder: inout GraphBuilder) -> ValueID? {
    let dtype = node.type.dtype
    var context = LoweringContext(replacing: node, builder)
    let perGroup = weightShape[1]
    let summedWeight: ValueID?
    var shape = weightShape
    if isTransposed {
      summedWeight = context.sum(weight, [1])
      shape[1] = 1
    } else {
      // Each group's outputs are added; what is left has all input channels and no groups.
      let grouped = context.reshape(weight, [groups, weightShape[0] / groups, perGroup] + kernel)
      summedWeight = context.sum(grouped, [1])
      shape[0] = 1
      shape[1] = perGroup * groups
    }
    guard let summedWeight else { return nil }
    let flat = context.reshape(summedWeight, shape)
    let summedBias = bias.flatMap { context.sum($0, [0]) }.map { context.reshape($0, [1]) }
    guard (bias == nil) == (summedBias == nil) else { return nil }
    var arguments = call.arguments
    let missing: [CallArgument] =
      isTransposed
      ? [
        .none, .list([.integer(1)]), .list([.integer(0)]), .list([.integer(0)]), .integer(1), .list([.integer(1)]),
      ] : [.none, .list([.integer(1)]), .list([.integer(0)]), .list([.integer(1)]), .integer(1)]
    while arguments.count < 2 + missing.count { arguments.append(missing[arguments.count - 2]) }
    arguments[2] = summedBias == nil ? .none : .operand(2)
    arguments[6] = .integer(1)
    var outputs = outputShape
    outputs[1] = 1
    let small = context.builder.add(
      .call(Call(call.target, arguments)), [input, flat] + (summedBias.map { [$0] } ?? []), TensorType(dtype, outputs),
      origin: node.origin)
    guard let rest = context.sum(small, pattern.dimensions.subtracting([1])) else { return nil }
    let result = finished(rest, pattern, node, &context)
    builder = context.builder
    return result
  }

  func positionSum(_ pattern: SumPattern, _ node: TensorGraph.Node, _ builder: inout GraphBuilder) -> ValueID? {
    let dtype = node.type.dtype
    let prepared = TensorGraph(nodes: builder.nodes).isPrepared
    var context = LoweringContext(replacing: node, builder)
    let (batch, channels) = (inputShape[0], inputShape[1])
    let isChannelSummed = pattern.dimensions.contains(1)

    // Taps that every position meets need one sum for all of them: their weights are added instead.
    var weight = weight
    var taps = kernel
    let tables = (0..<spatial).map { meetings($0) }
    for dimension in 0..<spatial where tables[dimension] == nil && taps[dimension] > 1 {
      guard let summed = context.sum(weight, [2 + dimension]) else { return nil }
      taps[dimension] = 1
      weight = context.reshape(summed, Array(weightShape[..<2]) + taps)
    }

    // The last dimension in the working precision, a short sum each; the rest, a fraction of the data, in double.
    let last = spatial - 1
    var sums = context.library(
      "linear.default", [input, table(last, tables[last] == nil, dtype, &context)],
      shape: Array(inputShape.dropLast()) + [taps[last]], dtype: dtype)
    sums = context.converted(sums, to: .float64)
    var inner = taps[last]
    for dimension in (0..<last).reversed() {
      let outer = Array(inputShape[..<(2 + dimension)])
      let matrix = context.converted(
        table(dimension, tables[dimension] == nil, dtype, &context), to: .float64, isPrepared: true)
      let rows = context.reshape(sums, outer + [inputShape[2 + dimension], inner])
      sums = context.library(
        "matmul.default", [matrix, rows], shape: outer + [taps[dimension], inner], dtype: .float64)
      inner *= taps[dimension]
    }

    // weights as [groups, outputs a group, inputs a group · taps]
    let (perGroup, outputs) = (channels / groups, outputShape[1] / groups)
    let columns = perGroup * inner
    var matrix: ValueID
    if isTransposed {
      let grouped = context.reshape(weight, [groups, perGroup, outputs, inner])
      matrix = context.permuted(grouped, [0, 2, 1, 3])
    } else {
      matrix = context.reshape(weight, [groups, outputs, perGroup, inner])
    }
    let positions = Double(outputShape[2...].reduce(1, *))
    var addend = bias.map { context.apply(.multiply, $0, positions) }
    if isChannelSummed {
      guard let summed = context.sum(matrix, [1]) else { return nil }
      matrix = context.reshape(summed, [1, groups * columns])
      if let own = addend {
        guard let total = context.sum(own, [0]) else { return nil }
        addend = context.reshape(total, [1])
      }
    } else if groups == 1 {
      matrix = context.reshape(matrix, [outputs, columns])
    } else {
      matrix = context.permuted(context.reshape(matrix, [groups, outputs, columns]), [0, 2, 1])
    }
    let isConstant = prepared[self.weight]
    matrix = context.converted(matrix, to: .float64, isPrepared: isConstant)
    let addend64 = addend.map { id in
      context.converted(id, to: .float64, isPrepared: bias.map { prepared[$0] } ?? false)
    }
    var result: ValueID
    if isChannelSummed || groups == 1 {
      let rows = context.reshape(sums, [batch, channels * inner])
      result = context.library(
        "linear.default", [rows, matrix] + (addend64.map { [$0] } ?? []),
        shape: [batch, isChannelSummed ? 1 : outputs], dtype: .float64)
    } else {
      let rows = context.reshape(sums, [batch, groups, 1, columns])
      result = context.library(
        "matmul.default", [rows, matrix], shape: [batch, groups, 1, outputs], dtype: .float64)
      result = context.reshape(result, [batch, groups * outputs])
      if let addend64 {
        result = context.builder.add(
          .elementwise(.add), [result, addend64], TensorType(.float64, [batch, groups * outputs]),
          origin: node.origin)
      }
    }
    if pattern.dimensions.contains(0) {
      guard let total = context.sum(result, [0]) else { return nil }
      result = total
    }
    result = context.converted(result, to: dtype)
    let done = finished(result, pattern, node, &context)
    builder = context.builder
    return done
  }

  /// Which input positions meet which tap, as a matrix of zeros and ones `[taps, positions]` (``meetings(_:)``).
  ///
  /// The library makes it: what one transposed convolution spreads over the input (or a convolution gathers from the
  /// output) when every tap has a channel of its own.
  private func table(
    _ dimension: Int, _ isFull: Bool, _ dtype: ElementType, _ context: inout LoweringContext
  ) -> ValueID {
    let (length, outputs) = (inputShape[2 + dimension], outputShape[2 + dimension])
    func ones(_ shape: [Int]) -> ValueID {
      context.library(
        "ones.default", [], [.integers(shape)], keywords: ["dtype": .dtype(dtype)], shape: shape,
        dtype: dtype)
    }
    if isFull { return ones([1, length]) }
    let taps = kernel[dimension]
    let eye = context.library(
      "eye.default", [], [.integer(taps)], keywords: ["dtype": .dtype(dtype)], shape: [taps, taps], dtype: dtype)
    func list(_ value: Int) -> CallArgument { .list([.integer(value)]) }
    let (step, pad, spread) = (stride[dimension], padding[dimension], dilation[dimension])
    let source = ones([1, 1, outputs])
    if isTransposed {
      let found = (outputs + 2 * pad - spread * (taps - 1) - 1) / step + 1
      let gathered = context.library(
        "conv1d.default", [source, context.reshape(eye, [taps, 1, taps])],
        [.none, list(step), list(pad), list(spread), .integer(1)], shape: [1, taps, found], dtype: dtype)
      return context.slice(context.reshape(gathered, [taps, found]), 1, start: 0, count: length, step: 1)
    }
    let unpadded = (outputs - 1) * step + spread * (taps - 1) + 1
    // The whole spread, cut to the part that is input: padding cut off on the left, what no output reaches added.
    let full = context.library(
      "conv_transpose1d.default", [source, context.reshape(eye, [1, taps, taps])],
      [.none, list(step), list(0), list(0), .integer(1), list(spread)], shape: [1, taps, unpadded], dtype: dtype)
    return context.library(
      "constant_pad_nd.default", [context.reshape(full, [taps, unpadded])],
      [.list([.integer(-pad), .integer(length + pad - unpadded)])], shape: [taps, length], dtype: dtype)
  }
}
