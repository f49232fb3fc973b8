/// A convolution or linear layer in float32 with constant weights, which oneDNN's own operators can take over.
struct PackableLayer {
  typealias ValueID = TensorGraph.ValueID

  /// The node whose results are the layer's.
  private(set) var id: ValueID
  let input: ValueID
  let weight: ValueID
  private(set) var bias: ValueID?
  /// Nil for a linear layer.
  let convolution: ConvolutionLayer?
  /// A linear layer's weight is stored as `[K, N]`, as a matrix product has it.
  let hasColumns: Bool

  init?(_ graph: TensorGraph, _ id: ValueID, isPrepared: [Bool]) {
    let node = graph.nodes[id]
    guard case .call(let call) = node.operation, !isPrepared[id], node.type.count > 0,
      ([node.type] + node.operands.map { graph.nodes[$0].type }).allSatisfy({ $0.dtype == .float32 })
    else { return nil }
    self.id = id
    if let layer = ConvolutionLayer(graph, id) {
      if layer.isTransposed {
        // oneDNN has neither.
        guard zip(layer.outputPadding, layer.stride).allSatisfy({ $0 < $1 }),
          layer.groups == 1 || layer.groups != layer.inputShape[1]
        else { return nil }
      }
      guard layer.spatial <= 3, layer.padding.allSatisfy({ $0 >= 0 }) else { return nil }
      (input, weight, bias, convolution, hasColumns) = (layer.input, layer.weight, layer.bias, layer, false)
    } else if call.target == "aten.addmm.default" {
      guard call.arguments == [.operand(0), .operand(1), .operand(2)], call.keywords.isEmpty,
        graph.nodes[node.operands[0]].type.shape == [node.type.shape[1]]
      else { return nil }
      (input, weight, bias) = (node.operands[1], node.operands[2], node.operands[0])
      (convolution, hasColumns) = (nil, true)
    } else if let product = MatrixProduct(graph, id), product.rightShape.count == 2, product.leftShape.count >= 2 {
      (input, weight, bias) = (product.left, product.right, product.bias)
      (convolution, hasColumns) = (nil, !product.isLinear)
    } else {
      return nil
    }
    guard isPrepared[weight], !isPrepared[input], bias.map({ isPrepared[$0] }) ?? true else { return nil }
  }

  /// A linear layer with one number for each output, which is all that uses its products, as its bias.
  func takingBias(
    _ graph: TensorGraph, _ users: [[ValueID]], _ returned: Set<ValueID>, isPrepared: [Bool]
  ) -> PackableLayer {
    guard convolution == nil, bias == nil, users[id].count == 1, !returned.contains(id), let sum = users[id].first,
      case let node = graph.nodes[sum], node.operation == .elementwise(.add), node.type == graph.nodes[id].type,
      let other = node.operands.first(where: { $0 != id }), isPrepared[other],
      case let type = graph.nodes[other].type, type.dtype == .float32, type.count == type.shape.last,
      type.count == node.type.shape.last
    else { return self }
    var copy = self
    (copy.id, copy.bias) = (sum, other)
    return copy
  }

  /// How often each weight is used in a call: the more often, the less bringing weights into order matters.
  func uses(_ graph: TensorGraph) -> Int {
    let shape = graph.nodes[id].type.shape
    guard let convolution else { return shape.dropLast().reduce(1, *) }
    return (convolution.isTransposed ? convolution.inputShape : shape).enumerated()
      .map { $0.offset == 1 ? 1 : $0.element }.reduce(1, *)
  }
}

/// Which of the library's own ways to go.
enum LibraryPath: Sendable {
  /// Weights in oneDNN's blocked order, prepared once; convolutions work on channels-last tensors.
  case packed
  /// Tensors stay in row-major order: convolutions bring their operands into blocks and back in every call, linear
  /// layers use MKL's packed weights.
  case rowMajor
}

extension LoweringContext {
  /// The layer, then `other` added (or subtracted, multiplied by), then the epilogue, as one call.
  ///
  /// - Parameter operands: the layer's input, weight and bias in this context.
  mutating func fused(
    _ layer: PackableLayer, _ path: LibraryPath, input: ValueID, weight: ValueID, bias: ValueID?,
    other: (operation: String, value: ValueID)?, epilogue: Epilogue
  ) -> ValueID {
    guard let convolution = layer.convolution else {
      return fusedLinear(
        path, input: input, weight: layer.hasColumns ? permuted(weight, [1, 0]) : weight,
        bias: bias.map { reshape($0, [builder.type($0).count]) }, other: other, epilogue: epilogue)
    }
    // In one dimension as in two, the first of which has one element.
    let isFlat = convolution.spatial == 1
    func lifted(_ id: ValueID) -> ValueID {
      guard isFlat else { return id }
      var shape = shape(id)
      shape.insert(1, at: 2)
      return reshape(id, shape)
    }
    func list(_ values: [Int], _ unit: Int) -> CallArgument {
      .list(((isFlat ? [unit] : []) + values).map { .integer($0) })
    }
    let x = lifted(input)
    var geometry = [list(convolution.padding, 0)]
    if convolution.isTransposed { geometry.append(list(convolution.outputPadding, 0)) }
    geometry += [list(convolution.stride, 1), list(convolution.dilation, 1), .integer(convolution.groups)]
    var w = lifted(weight)
    if path == .packed {
      let size = CallArgument.integers(shape(x))
      w = packed(
        w, convolution.isTransposed ? Call.packTransposedWeight : Call.packConvolutionWeight, geometry + [size])
    }
    var resultShape = type.shape
    if isFlat { resultShape.insert(1, at: 2) }
    let target =
      convolution.isTransposed
      ? Call.oneDNNTransposedConvolution : other == nil ? Call.oneDNNConvolution : Call.oneDNNConvolutionBinary
    let y = libraryLayer(
      target, x, w, bias, other.map { ($0.operation, lifted($0.value)) }, geometry, epilogue,
      TensorType(.float32, resultShape))
    return reshape(y, type.shape)
  }

  private mutating func fusedLinear(
    _ path: LibraryPath, input: ValueID, weight: ValueID, bias: ValueID?,
    other: (operation: String, value: ValueID)?, epilogue: Epilogue
  ) -> ValueID {
    let rows = CallArgument.integer(type.shape.dropLast().reduce(1, *))
    guard path == .packed else {
      let w = packed(weight, Call.packMKLWeight, [rows])
      let operands = [input, w, weight] + (bias.map { [$0] } ?? [])
      return builder.add(
        .call(
          Call(
            Call.mklLinear,
            [.operand(0), .operand(1), .operand(2), bias == nil ? .none : .operand(3), rows])),
        operands, type, origin: origin)
    }
    let w = packed(weight, Call.packLinearWeight, [rows])
    return libraryLayer(
      other == nil ? Call.oneDNNLinear : Call.oneDNNLinearBinary, input, w, bias, other, [], epilogue, type)
  }

  private mutating func packed(_ weight: ValueID, _ target: String, _ others: [CallArgument]) -> ValueID {
    var origin = origin
    origin.name = "packed_weight"
    return builder.add(
      .call(Call(target, [.operand(0)] + others)), [weight], builder.type(weight), origin: origin)
  }

  /// Operands are input, weight, bias, other; the order of arguments is the operator's.
  private mutating func libraryLayer(
    _ target: String, _ x: ValueID, _ w: ValueID, _ bias: ValueID?, _ other: (operation: String, value: ValueID)?,
    _ geometry: [CallArgument], _ epilogue: Epilogue, _ type: TensorType
  ) -> ValueID {
    var operands = [x, w]
    var biasArgument = CallArgument.none
    if let bias {
      biasArgument = .operand(2)
      operands.append(bias)
    }
    let scalars = CallArgument.list(epilogue.scalars.map { .number($0) })
    var arguments: [CallArgument]
    if let other {
      arguments = [.operand(0), .operand(operands.count), .operand(1), biasArgument] + geometry
      arguments.append(.string(other.operation))
      operands.append(other.value)
      // A linear layer takes no activation after the other tensor.
      if target == Call.oneDNNConvolutionBinary {
        let isPlain = epilogue == .none
        arguments += [.none, isPlain ? .none : .string(epilogue.attribute), scalars, isPlain ? .none : .string("")]
      }
    } else {
      arguments = [.operand(0), .operand(1), biasArgument] + geometry
      arguments += [.string(epilogue.attribute), scalars, .string(epilogue.algorithm)]
    }
    return builder.add(.call(Call(target, arguments)), operands, type, origin: origin)
  }
}
