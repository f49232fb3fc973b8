/// Rough costs, for order and for knowing when to stop; the hardware measures.
struct CostModel {
  /// Arithmetic a second over all threads that a good matrix product reaches; 3 GHz, two multiply-adds a cycle.
  let flopsPerSecond: Double
  /// Memory traffic a second over all threads, cautiously.
  let bytesPerSecond: Double
  /// What calling one operator from Python costs, in seconds.
  let callSeconds = 4e-6

  init(vectorBits: Int, threads: Int) {
    flopsPerSecond = Double(threads) * Double(vectorBits) / 32 * 4 * 3e9 * 0.6
    bytesPerSecond = 15e9 * Double(max(1, min(threads, 8)))
  }

  /// Multiply-adds of a library call, counted as two operations each; 0 for calls that aren't products.
  static func productFlops(_ graph: TensorGraph, _ id: TensorGraph.ValueID) -> Double {
    let node = graph.nodes[id]
    guard case .call(let call) = node.operation else { return 0 }
    let shapes = node.operands.map { graph.nodes[$0].type.shape }
    let outputs = Double(node.type.count)
    switch call.name {
    case "linear", "matmul", "mm", "bmm", "_linear_pointwise", "_mkl_linear":
      return shapes.first?.last.map { 2 * outputs * Double($0) } ?? 0
    case "addmm", "baddbmm": return shapes.count > 1 ? 2 * outputs * Double(shapes[1].last ?? 0) : 0
    case "conv1d", "conv2d", "conv3d", "convolution", "_convolution_pointwise":
      guard shapes.count > 1 else { return 0 }
      return 2 * outputs * Double(shapes[1].dropFirst().reduce(1, *))
    case "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "_convolution_transpose_pointwise":
      guard shapes.count > 1, let input = node.operands.first else { return 0 }
      return 2 * Double(graph.nodes[input].type.count) * Double(shapes[1].dropFirst().reduce(1, *))
    case "scaled_dot_product_attention":
      guard shapes.count > 1, let length = shapes[1].dropLast().last else { return 0 }
      return 4 * outputs * Double(length)
    default: return 0
    }
  }

  /// Seconds for one node done by PyTorch on its own.
  func eager(_ graph: TensorGraph, _ id: TensorGraph.ValueID) -> (product: Double, other: Double) {
    let node = graph.nodes[id]
    switch node.operation {
    case .input, .parameter, .scalar, .view, .reshape, .element: return (0, 0)
    default: break
    }
    let product = Self.productFlops(graph, id) / flopsPerSecond
    if product > 0 { return (product + callSeconds, 0) }
    let bytes = node.operands.map { graph.nodes[$0].type.bytes }.reduce(node.type.bytes, +)
    return (0, Double(bytes) / bytesPerSecond + callSeconds)
  }

  /// Seconds for a whole graph as PyTorch would do it call by call: what ranks rewrites. What is prepared costs nothing.
  func seconds(_ graph: TensorGraph) -> Double {
    let isPrepared = graph.isPrepared
    return graph.nodes.indices.reduce(0) { sum, id in
      guard !isPrepared[id] else { return sum }
      let (product, other) = eager(graph, id)
      // A product can't be faster than reading its factors, which is what limits products with vectors.
      let bytes = graph.nodes[id].operands.map { graph.nodes[$0].type.bytes }.reduce(graph.nodes[id].type.bytes, +)
      return sum + other + (product > 0 ? max(product, Double(bytes) / bytesPerSecond) : 0)
    }
  }

  /// Share of the op's time that goes into products, which are left to the library.
  func productShare(_ graph: TensorGraph) -> Double {
    let times = graph.nodes.indices.map { eager(graph, $0) }
    let products = times.map(\.product).reduce(0, +)
    let total = products + times.map(\.other).reduce(0, +)
    return total > 0 ? products / total : 0
  }

  /// Bytes that the op can't avoid to move: every input, parameter and result once, as far as it is used.
  static func minimumBytes(_ graph: TensorGraph) -> Int {
    var read: [TensorGraph.ValueID: Int] = [:]
    for (id, node) in graph.nodes.enumerated() where graph.isStored(id) {
      // Of what is looked up it can't be told how many parts are different ones.
      let isFetch = graph.isFetch(id)
      for (place, operand) in node.operands.enumerated() where !(isFetch && place == 0) {
        let root = graph.source(operand).root
        switch graph.nodes[root].operation {
        case .input, .parameter:
          let size = graph.nodes[root].type.dtype.size
          // A view may show less than everything, or the same elements several times.
          read[root] = min(graph.nodes[root].type.bytes, (read[root] ?? 0) + graph.nodes[operand].type.count * size)
        default: break
        }
      }
    }
    let written = graph.returned.map { graph.isStored($0) ? graph.nodes[$0].type.bytes : 0 }
    return read.values.reduce(0, +) + written.reduce(0, +)
  }

  /// The same where parameters are constants, which may be worked into each other: inputs and results alone.
  static func minimumBytesBesideConstants(_ graph: TensorGraph) -> Int {
    var constant = graph
    constant.nodes = graph.nodes.map { node in
      guard case .parameter = node.operation else { return node }
      var copy = node
      copy.operation = .scalar(0)
      return copy
    }
    return minimumBytes(constant)
  }

  /// Arithmetic that the op can't avoid. Convolutions count a quarter: Winograd's method needs no more.
  ///
  /// - Parameter isCounted: false for what a call need not do.
  static func minimumFlops(
    _ graph: TensorGraph, isCounted: (TensorGraph.ValueID) -> Bool = { _ in true }
  ) -> Double {
    graph.nodes.indices.filter(isCounted).reduce(0) { sum, id in
      let node = graph.nodes[id]
      switch node.operation {
      case .elementwise(let operation): return sum + (operation.isCopy ? 0 : Double(node.type.count))
      case .reduce, .reduceColumns: return sum + Double(graph.nodes[node.operands[0]].type.count)
      case .slidingMean, .scan, .pool: return sum + 2 * Double(node.type.count)
      case .recurrence(let recurrence): return sum + Double(recurrence.statements.count * node.type.count)
      case .depthwise(let convolution):
        return sum + 2 * Double(node.type.count * convolution.windows.map(\.size).reduce(1, *))
      case .call(let call): return sum + productFlops(graph, id) / (call.name.contains("conv") ? 4 : 1)
      default: return sum
      }
    }
  }
}
