/// The same op on small tensors: what a chain of rules is tried on before it is offered.
///
/// Every extent of the inputs and parameters that is larger than a few elements is replaced by a small one, the same for
/// equal extents, and the types of everything computed from them are worked out anew. Where an operator's result can't be
/// worked out, or a reshape doesn't come out even, there is no such instance.
struct ShrunkenInstance {
  typealias ValueID = TensorGraph.ValueID

  /// Of the captured operators, with small types.
  let graph: TensorGraph

  /// As small as can be, but for windows, which have to fit in.
  init?(_ captured: TensorGraph) {
    let reach = Self.reach(of: captured)
    guard let instance = Self(captured, above: 4) ?? (reach > 0 ? Self(captured, above: 4 + reach) : nil) else {
      return nil
    }
    self = instance
  }

  /// By how much windows may make a dimension shorter, all of them together.
  private static func reach(of captured: TensorGraph) -> Int {
    captured.nodes.indices.reduce(0) { sum, id in
      if let layer = ConvolutionLayer(captured, id) {
        return sum + (zip(layer.kernel, layer.dilation).map { ($0 - 1) * $1 }.max() ?? 0)
      }
      guard case .call(let call) = captured.nodes[id].operation, call.name.contains("_pool") else { return sum }
      return sum + (call.argument(1, "kernel_size")?.integers?.max() ?? 1) - 1
    }
  }

  /// - Parameter least: extents that are made smaller become larger than this.
  private init?(_ captured: TensorGraph, above least: Int) {
    var extents = ExtentMap(captured, above: least)
    var graph = captured
    for (id, node) in captured.nodes.enumerated() {
      let shapes = node.operands.map { graph.nodes[$0].type.shape }
      let shape: [Int]?
      switch node.operation {
      case .input, .parameter: shape = extents.mapped(node.type.shape)
      case .call(let call):
        let small = extents.mapped(call)
        graph.nodes[id].operation = .call(small)
        shape = Self.shape(
          of: small, shapes, captured: node.type.shape,
          capturedOperands: node.operands.map { captured.nodes[$0].type.shape },
          &extents)
      default: return nil
      }
      guard let shape, shape.allSatisfy({ $0 > 0 }), shape.count == node.type.shape.count else { return nil }
      graph.nodes[id].type.shape = shape
    }
    let flops = graph.nodes.indices.map { CostModel.productFlops(graph, $0) }.reduce(0, +)
    guard graph.nodes.map(\.type.count).reduce(0, +) < 200_000, flops < 4e6 else { return nil }
    self.graph = graph
  }

  // MARK: Shapes

  /// Old extents and what stands for them.
  fileprivate struct ExtentMap {
    private var table: [Int: Int] = [:]
    private var next: Int
    /// What is no larger than this stays as it is.
    private let small: Int

    /// Channels of convolutions with groups keep their number, so that it stays divisible.
    init(_ graph: TensorGraph, above least: Int) {
      next = least
      small = max(8, least)
      for node in graph.nodes {
        guard case .call(let call) = node.operation, call.name.hasPrefix("conv"),
          (call.argument(6, "groups")?.integer ?? 1) > 1
        else { continue }
        for operand in node.operands {
          for extent in graph.nodes[operand].type.shape.prefix(2) { table[extent] = extent }
        }
        for extent in node.type.shape.prefix(2) { table[extent] = extent }
      }
    }

    mutating func mapped(_ extent: Int) -> Int {
      if let small = table[extent] { return small }
      if extent <= small { return extent }
      next += 1
      table[extent] = next
      return next
    }

    mutating func mapped(_ shape: [Int]) -> [Int] { shape.map { mapped($0) } }

    /// An extent that was worked out: later mentions of the old one mean the new one.
    mutating func note(_ old: [Int], _ new: [Int]) {
      for (a, b) in zip(old, new) where table[a] == nil && a > 8 { table[a] = b }
    }

    /// Sizes that a call mentions.
    mutating func mapped(_ call: Call) -> Call {
      if call.name == "one_hot", call.arguments.count == 2, case .integer(let classes) = call.arguments[1] {
        return Call(call.target, [call.arguments[0], .integer(mapped(classes))])
      }
      guard ["view", "reshape", "_unsafe_view", "expand", "full", "ones", "zeros", "unflatten"].contains(call.name)
      else { return call }
      var copy = call
      copy.arguments = call.arguments.map { argument in
        guard case .list(let items) = argument else { return argument }
        return .list(items.map { if case .integer(let size) = $0, size > 8 { .integer(mapped(size)) } else { $0 } })
      }
      return copy
    }
  }

  fileprivate static func shape(
    of call: Call, _ shapes: [[Int]], captured: [Int], capturedOperands: [[Int]], _ extents: inout ExtentMap
  ) -> [Int]? {
    let result = computedShape(of: call, shapes, captured: captured, capturedOperands: capturedOperands, &extents)
    if let result { extents.note(captured, result) }
    return result
  }

  private static func computedShape(
    of call: Call, _ shapes: [[Int]], captured: [Int], capturedOperands: [[Int]], _ extents: inout ExtentMap
  ) -> [Int]? {
    guard let first = shapes.first else { return extents.mapped(captured) }
    switch call.name {
    case "linear":
      guard shapes.count > 1, first.last == shapes[1][1], shapes.count < 3 || shapes[2] == [shapes[1][0]] else {
        return nil
      }
      return first.dropLast() + [shapes[1][0]]
    case "matmul", "mm", "bmm":
      guard shapes.count == 2, first.count >= 2, let last = shapes[1].last else { return nil }
      guard first.last == shapes[1][max(shapes[1].count - 2, 0)] else { return nil }
      if shapes[1].count == 1 { return Array(first.dropLast()) }
      return Shape.broadcast([Array(first.dropLast(2)), Array(shapes[1].dropLast(2))]).map {
        $0 + [first[first.count - 2], last]
      }
    case "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d":
      return convolutionShape(call, shapes)
    case "sum", "mean", "amax", "amin", "logsumexp":
      let listed = call.argument(1, "dim")?.integers ?? []
      let reduced = Set(listed.isEmpty ? Array(first.indices) : listed.map { $0 < 0 ? $0 + first.count : $0 })
      let keeps = call.argument(2, "keepdim")?.truth ?? false
      return first.indices.compactMap { reduced.contains($0) ? (keeps ? 1 : nil) : first[$0] }
    case "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d":
      guard let size = call.argument(1, "output_size")?.integers, size.allSatisfy({ $0 == 1 }) else { return nil }
      let spatial = call.name.dropLast().last?.wholeNumberValue ?? size.count
      return first.dropLast(spatial) + [Int](repeating: 1, count: spatial)
    case "view", "reshape", "_unsafe_view", "squeeze", "unsqueeze", "flatten":
      // The mentioned sizes are known; the elements have to come out even.
      let small = captured.map { extents.mapped($0) }
      return small.reduce(1, *) == first.reduce(1, *) ? small : nil
    case "permute":
      guard let order = call.argument(1, "dims")?.integers, order.count == first.count else { return nil }
      return order.map { first[$0 < 0 ? $0 + first.count : $0] }
    case "transpose", "t":
      var small = first
      guard first.count >= 2, let a = Shape.dimension(call.argument(1, "dim0")?.integer ?? -2, rank: first.count),
        let b = Shape.dimension(call.argument(2, "dim1")?.integer ?? -1, rank: first.count)
      else { return nil }
      small.swapAt(a, b)
      return small
    case "one_hot": return call.argument(1, "num_classes")?.integer.map { first + [$0] }
    case "diag", "diag_embed": return first + [first[first.count - 1]]
    case "avg_pool1d":
      guard let size = call.argument(1, "kernel_size")?.integers?.first, let length = first.last,
        call.argument(4, "ceil_mode")?.truth != true
      else { return nil }
      let step = call.argument(2, "stride")?.integers?.first ?? size
      let padding = call.argument(3, "padding")?.integers?.first ?? 0
      return first.dropLast() + [(length + 2 * padding - size) / step + 1]
    default:
      // Whatever broadcasts its operands or keeps its first operand's shape.
      if Shape.broadcast(capturedOperands) == captured { return Shape.broadcast(shapes) }
      // Parameters of normalisations number one of its dimensions.
      let fits = zip(shapes, capturedOperands).dropFirst().allSatisfy { small, old in
        old.count == 1 && captured.indices.contains { captured[$0] == old[0] && first[$0] == small[0] }
      }
      return capturedOperands.first == captured && fits ? first : nil
    }
  }

  private static func convolutionShape(_ call: Call, _ shapes: [[Int]]) -> [Int]? {
    guard shapes.count >= 2 else { return nil }
    let (x, weight) = (shapes[0], shapes[1])
    let spatial = weight.count - 2
    let isTransposed = call.name.hasPrefix("conv_transpose")
    let groups = call.argument(6, "groups")?.integer ?? 1
    let channels = isTransposed ? weight[1] * groups : weight[0]
    guard x.count == spatial + 2, x[1] == (isTransposed ? weight[0] : weight[1] * groups), weight[0] % groups == 0,
      shapes.count < 3 || shapes[2] == [channels]
    else { return nil }
    func each(_ position: Int, _ value: Int) -> [Int]? {
      guard let argument = call.argument(position, "") else { return [Int](repeating: value, count: spatial) }
      guard let list = argument.integers, list.count == 1 || list.count == spatial else { return nil }
      return list.count == spatial ? list : [Int](repeating: list[0], count: spatial)
    }
    guard let stride = each(3, 1), let padding = each(4, 0), let extra = isTransposed ? each(5, 0) : stride,
      let dilation = each(isTransposed ? 7 : 5, 1)
    else { return nil }
    let extents = (0..<spatial).map { d -> Int in
      let reach = dilation[d] * (weight[2 + d] - 1)
      return isTransposed
        ? (x[2 + d] - 1) * stride[d] - 2 * padding[d] + reach + extra[d] + 1
        : (x[2 + d] + 2 * padding[d] - reach - 1) / stride[d] + 1
    }
    return [x[0], channels] + extents
  }
}
