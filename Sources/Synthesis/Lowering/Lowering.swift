/// One ATen operator's meaning in primitives.
///
/// Returns one value for each of the operator's results, or nil when this call can't be expressed (another type, a
/// reduction over leading dimensions, …); it then stays a call.
typealias Lowering = @Sendable (inout LoweringContext) -> [TensorGraph.ValueID]?

/// A call that is being lowered, with what lowerings need to say it in primitives.
struct LoweringContext {
  typealias ValueID = TensorGraph.ValueID

  let call: Call
  var operands: [ValueID]
  let type: TensorType
  let origin: TensorGraph.Origin
  var builder: GraphBuilder
  /// The operands' types before any was widened.
  let captured: [ElementType]

  init(call: Call, operands: [ValueID], type: TensorType, origin: TensorGraph.Origin, builder: GraphBuilder) {
    self.call = call
    self.operands = operands
    self.type = type
    self.origin = origin
    self.builder = builder
    captured = operands.map { builder.type($0).dtype }
  }

  // MARK: Arguments

  func argument(_ position: Int, _ name: String) -> CallArgument? { call.argument(position, name) }

  func tensor(_ position: Int, _ name: String) -> ValueID? {
    if case .operand(let index)? = argument(position, name) { operands[index] } else { nil }
  }

  /// A tensor argument or a number, as a value.
  mutating func operand(_ position: Int, _ name: String) -> ValueID? {
    if let id = tensor(position, name) { return id }
    return argument(position, name)?.number.map { scalar($0) }
  }

  func number(_ position: Int, _ name: String, default value: Double) -> Double? {
    guard let argument = argument(position, name), argument != .none else { return value }
    return argument.number
  }

  func integer(_ position: Int, _ name: String, default value: Int) -> Int? {
    guard let argument = argument(position, name), argument != .none else { return value }
    return argument.integer
  }

  func truth(_ position: Int, _ name: String, default value: Bool = false) -> Bool {
    argument(position, name)?.truth ?? value
  }

  // MARK: Types

  func shape(_ id: ValueID) -> [Int] { builder.shape(id) }

  /// The type computed in: the result's when it is floating point, else the widest of the operands'.
  var computedType: ElementType? {
    if let arithmetic = type.dtype.arithmetic { return arithmetic }
    let types = operands.compactMap { builder.type($0).dtype.arithmetic }
    return types.contains(.float64) ? .float64 : types.first
  }

  /// All tensors are of the computed type or truth values, so that no conversion is hidden in the call.
  var isUniform: Bool {
    let computed = computedType
    return (type.dtype == .bool || type.dtype.arithmetic == computed)
      && operands.allSatisfy { builder.type($0).dtype == .bool || builder.type($0).dtype == computed }
  }

  // MARK: Building

  mutating func scalar(_ value: Double) -> ValueID {
    builder.add(.scalar(value), [], TensorType(computedType ?? .float32, []), origin: origin)
  }

  /// One of PyTorch's own operators; `dtype` is what is computed in where it isn't said.
  mutating func call(
    _ target: String, _ operands: [ValueID], _ arguments: [CallArgument], keywords: [String: CallArgument] = [:],
    shape: [Int], dtype: ElementType? = nil
  ) -> ValueID {
    let type = TensorType(dtype ?? computedType ?? .float32, shape)
    return builder.add(.call(Call("aten." + target, arguments, keywords: keywords)), operands, type, origin: origin)
  }

  mutating func apply(_ operation: Elementwise, _ operands: ValueID...) -> ValueID {
    apply(operation, operands)
  }

  mutating func apply(_ operation: Elementwise, _ operands: [ValueID]) -> ValueID {
    // Lowerings only combine operands that the captured call has shown to broadcast.
    let shape = Shape.broadcast(operands.map { builder.shape($0) }) ?? []
    let values = operation == .select ? Array(operands.dropFirst()) : operands
    let dtype: ElementType
    if operation.isPredicate {
      dtype = .bool
    } else if values.allSatisfy({ builder.type($0).dtype == .bool }) {
      dtype = .bool
    } else {
      dtype = computedType ?? .float32
    }
    return builder.add(.elementwise(operation), operands, TensorType(dtype, shape), origin: origin)
  }

  mutating func apply(_ operation: Elementwise, _ id: ValueID, _ constant: Double) -> ValueID {
    let constant = scalar(constant)
    return apply(operation, id, constant)
  }

  mutating func apply(_ operation: Elementwise, _ constant: Double, _ id: ValueID) -> ValueID {
    let constant = scalar(constant)
    return apply(operation, constant, id)
  }

  /// The same elements in another shape; views of other layouts are re-strided, or copied by PyTorch.
  mutating func reshape(_ id: ValueID, _ shape: [Int]) -> ValueID {
    let type = builder.type(id)
    if type.shape == shape { return id }
    let node = builder.nodes[id]
    if case .view(let layout) = node.operation {
      if let strides = layout.reshaped(from: type.shape, to: shape) {
        return builder.add(
          .view(.init(offset: layout.offset, strides: strides)), node.operands, TensorType(type.dtype, shape),
          origin: origin)
      }
    } else if node.operation == .reshape {
      return reshape(node.operands[0], shape)
    }
    return builder.add(.reshape, [id], TensorType(type.dtype, shape), origin: origin)
  }

  /// A view of `id` whose layout is worked out from the layout that `id` itself has over its storage.
  mutating func view(
    _ id: ValueID, shape: [Int], _ change: (StridedLayout) -> StridedLayout
  ) -> ValueID {
    let node = builder.nodes[id]
    let root: ValueID
    let layout: StridedLayout
    switch node.operation {
    case .view(let own): (root, layout) = (node.operands[0], own)
    default: (root, layout) = (id, StridedLayout(strides: Shape.strides(node.type.shape)))
    }
    let changed = change(layout)
    let type = TensorType(node.type.dtype, shape)
    if changed == StridedLayout(strides: Shape.strides(shape)), type.count == builder.type(root).count {
      return reshape(root, shape)
    }
    return builder.add(.view(changed), [root], type, origin: origin)
  }

  /// Shape after a reduction, with the reduced dimensions kept as ones.
  func keepingDimensions(_ shape: [Int], _ dimensions: Set<Int>) -> [Int] {
    shape.indices.map { dimensions.contains($0) ? 1 : shape[$0] }
  }

  /// The dimensions that an argument names, from the front; none named means all.
  func dimensions(_ position: Int, _ name: String, rank: Int) -> Set<Int>? {
    guard let argument = argument(position, name), argument != .none else { return Set(0..<rank) }
    guard let listed = argument.integers else { return nil }
    if listed.isEmpty { return Set(0..<rank) }
    let positive = listed.compactMap { Shape.dimension($0, rank: rank) }
    return positive.count == listed.count ? Set(positive).filter { $0 < rank } : nil
  }
}

extension StridedLayout {
  /// Strides that show the same elements in row-major order in another shape; nil where only a copy can.
  func reshaped(from shape: [Int], to target: [Int]) -> [Int]? {
    // Dimensions with one element have no stride that matters.
    let old = zip(shape, strides).filter { $0.0 != 1 }
    var result: [Int] = []
    var position = 0
    // Room left in the run of old dimensions being split, and the stride of its innermost element.
    var remaining = 1
    var run: (extent: Int, stride: Int) = (1, 1)
    for extent in target {
      if extent == 1 {
        result.append(0)
        continue
      }
      if remaining == 1 {
        guard position < old.count else { return nil }
        run = old[position]
        position += 1
        while position < old.count, run.stride == old[position].1 * old[position].0 {
          run = (run.extent * old[position].0, old[position].1)
          position += 1
        }
        remaining = run.extent
      }
      guard remaining % extent == 0 else { return nil }
      remaining /= extent
      result.append(remaining * run.stride)
    }
    return remaining == 1 && position == old.count ? result : nil
  }
}

extension TensorGraph {
  /// Replaces every ATen call that can be expressed by primitives; the others stay calls.
  public func lowered() -> TensorGraph {
    // Results of lowered calls that have several, by the call's new index.
    var results: [ValueID: [ValueID]] = [:]
    let rounded = roundedEverywhere
    let usesLaterResults = usesLaterResults
    var graph = rewritten { node, old, builder in
      switch node.operation {
      case .element(let index):
        guard let list = results[node.operands[0]], index < list.count else { return nil }
        let value = builder.settled(
          list[index], as: node.type.dtype, isRounded: rounded.contains(old), origin: node.origin)
        return builder.type(value) == node.type ? value : nil
      case .call(let call):
        // Of what has a shape that only the data decides nothing can be computed ahead.
        guard node.operands.allSatisfy({ builder.type($0).dtype != .other }),
          let values = Self.primitives(
            call, node.operands, node.type, origin: node.origin, isRounded: rounded.contains(old),
            usesLaterResults: usesLaterResults.contains(old), &builder)
        else { return nil }
        if values.count > 1 || Self.hasSeveralResults(call) {
          let id = builder.add(node.operation, node.operands, node.type, origin: node.origin)
          results[id] = values
          return id
        }
        return values[0]
      default: return nil
      }
    }
    if graph.nodes.contains(where: { if case .parameter(path: "", _) = $0.operation { true } else { false } }) {
      graph.obstacles.append("it uses a tensor that can't be found on the module at run time")
    }
    return graph
  }

  /// A call in primitives: a value for each of its results, or nil where it has to stay a call.
  ///
  /// - Parameters:
  ///   - isRounded: kernels must not go on with what the first result was before it was rounded to its type.
  ///   - usesLaterResults: whether results after the first are used too.
  static func primitives(
    _ call: Call, _ operands: [ValueID], _ type: TensorType, origin: Origin, isRounded: Bool, usesLaterResults: Bool,
    _ builder: inout GraphBuilder
  ) -> [ValueID]? {
    guard let lowering = lowerings[call.target] else { return nil }
    var context = LoweringContext(call: call, operands: operands, type: type, origin: origin, builder: builder)
    if movingLowerings[call.target] == nil {
      // Sums and the like convert what they are given before they begin, if they are told to.
      if isToldHalf(call), context.captured.contains(where: { $0 != type.dtype }) { return nil }
      context.widenOperands()
    }
    guard var values = lowering(&context), let first = values.first else { return nil }
    if values.count == 1, usesLaterResults { return nil }
    let result = context.builder.settled(first, as: type.dtype, isRounded: isRounded, origin: origin)
    // Wherever the result's dimensions don't come out as captured, the call is kept: better slow than wrong.
    guard context.builder.type(result) == type else { return nil }
    builder = context.builder
    values[0] = result
    return values
  }

  /// Calls whose later results are used too: computing the first beside the call would be done twice.
  var usesLaterResults: Set<ValueID> {
    Set(
      nodes.compactMap { node in
        if case .element(let index) = node.operation, index > 0 { node.operands[0] } else { nil }
      })
  }

  /// Calls whose result is a list even where the list has one tensor.
  private static func hasSeveralResults(_ call: Call) -> Bool {
    [
      "chunk", "split", "split_with_sizes", "unbind", "native_layer_norm", "native_group_norm", "unsafe_split",
      "_native_batch_norm_legit_no_training", "native_dropout", "tensor_split", "broadcast_tensors",
      "cummax", "cummin", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
      "max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices",
    ].contains(call.name)
  }

  /// A call with a `dtype` argument that names half precision.
  private static func isToldHalf(_ call: Call) -> Bool {
    (call.arguments + call.keywords.values).contains { argument in
      if case .dtype(let dtype) = argument { dtype.isHalf } else { false }
    }
  }

  /// Those that take operands in the types that they have, and those that get them in the type that is computed in.
  private static let movingLowerings = joined([
    viewLowerings, copyLowerings, poolingLowerings, reversalLowerings, classLossLowerings,
  ])
  static let lowerings: [String: Lowering] = joined([
    movingLowerings, pointwiseLowerings, activationLowerings, reductionLowerings, normalisationLowerings,
    extremumLowerings, scanLowerings, lossLowerings,
  ])

  private static func joined(_ families: [[String: Lowering]]) -> [String: Lowering] {
    families.reduce(into: [:]) { table, family in
      for (name, lowering) in family { table[name] = lowering }
    }
  }
}
