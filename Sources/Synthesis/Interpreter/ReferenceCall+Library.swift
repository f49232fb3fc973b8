import Foundation

extension ReferenceCall {
  /// PyTorch's fused operators by the schemas that PyTorch gives them; packing a weight changes no number.
  func libraryLayer() -> [DenseTensor]? {
    switch call.target {
    case Call.packConvolutionWeight, Call.packTransposedWeight, Call.packLinearWeight, Call.packMKLWeight:
      return [operands[0]]
    case Call.mklLinear: return inner("linear.default", [0, 1, 3])
    case Call.oneDNNLinear: return inner("linear.default", [0, 1, 2]).map { activated($0, 3) }
    case Call.oneDNNLinearBinary: return inner("linear.default", [0, 2, 3]).flatMap { combined($0, 4) }
    case Call.oneDNNConvolution:
      return inner("conv\(spatial)d.default", [0, 1, 2, 4, 3, 5, 6]).map { activated($0, 7) }
    case Call.oneDNNConvolutionBinary:
      return inner("conv\(spatial)d.default", [0, 2, 3, 5, 4, 6, 7]).flatMap { combined($0, 8) }
        .map { activated($0, 10) }
    case Call.oneDNNTransposedConvolution:
      let overload = spatial == 1 ? "default" : "input"
      return inner("conv_transpose\(spatial)d.\(overload)", [0, 1, 2, 5, 3, 4, 7, 6]).map { activated($0, 8) }
    default: return nil
    }
  }

  /// Calls of tensors whose channels come last, by what they are with channels first.
  func channelsLast() -> [DenseTensor]? {
    guard call.hasChannelsLast else { return nil }
    let rank = type.shape.count
    let (order, back) = (ChannelsLast.order(rank), ChannelsLast.orderBack(rank))
    switch call.target {
    case Call.enterChannelsLast: return [operands[0].permuted(order)]
    case Call.leaveChannelsLast: return [operands[0].permuted(back)]
    case Call.weightChannelsLast: return [operands[0]]
    default:
      guard let inner = call.withChannelsFirst else { return nil }
      let formatted = Set(inner.formatted)
      let plain = operands.enumerated().map { formatted.contains($0) ? $1.permuted(back) : $1 }
      let plainType = TensorType(type.dtype, back.map { type.shape[$0] })
      return (try? ReferenceCall(inner, plain, plainType).evaluate())?.map { $0.permuted(order) }
    }
  }

  private var spatial: Int { type.shape.count - 2 }

  /// The ATen layer that takes these of the call's arguments, in this order.
  private func inner(_ target: String, _ positions: [Int]) -> [DenseTensor]? {
    let plain = Call("aten." + target, positions.map { call.arguments[$0] })
    return try? ReferenceCall(plain, operands, type).evaluate()
  }

  private func combined(_ results: [DenseTensor], _ position: Int) -> [DenseTensor]? {
    guard let other = tensor(1, "other") else { return nil }
    switch call.arguments[position] {
    case .string("add"): return [results[0].zipped(other) { $0 + $1 }]
    case .string("sub"): return [results[0].zipped(other) { $0 - $1 }]
    case .string("mul"): return [results[0].zipped(other) { $0 * $1 }]
    default: return nil
    }
  }

  /// With the activation whose name is at this position, followed by its numbers and algorithm.
  private func activated(_ results: [DenseTensor], _ position: Int) -> [DenseTensor] {
    guard case .string(let name) = call.arguments[position], case .list(let items) = call.arguments[position + 1] else {
      return results
    }
    let numbers = items.compactMap(\.number)
    let isTanh = call.arguments[position + 2] == .string("tanh")
    return results.map { result in
      result.map { x in
        switch name {
        case "none": return x
        case "relu": return max(x, 0)
        case "sigmoid": return 1 / (1 + exp(-x))
        case "tanh": return tanh(x)
        case "swish": return x / (1 + exp(-x))
        case "hardswish": return x * min(max(x + 3, 0), 6) / 6
        case "hardsigmoid": return min(max(x + 3, 0), 6) / 6
        case "hardtanh": return min(max(x, numbers[0]), numbers[1])
        case "leaky_relu": return x > 0 ? x : numbers[0] * x
        case "gelu" where isTanh:
          return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case "gelu": return 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        default: return .nan
        }
      }
    }
  }
}
