/// Tensors whose channels come last, as values of their own shape: `[N, H, W, C]` where PyTorch says `[N, C, H, W]`.
///
/// In memory that is what PyTorch calls the channels-last format of the latter, so that going from one to the other for a
/// call of the library costs nothing; kernels of ours see row-major tensors as always.
enum ChannelsLast {
  /// Where the dimensions come from that a tensor has with its channels last.
  static func order(_ rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }

  /// And from where they come back.
  static func orderBack(_ rank: Int) -> [Int] { [0, rank - 1] + Array(1..<rank - 1) }

  static func shape(_ shape: [Int]) -> [Int] { order(shape.count).map { shape[$0] } }

  /// Tensors with channels, and two or three dimensions beside them, have such a format.
  static func fits(_ type: TensorType) -> Bool { (4...5).contains(type.shape.count) && type.count > 0 }

  /// Whether moving the channels leaves all elements where they are.
  static func isSame(_ shape: [Int]) -> Bool {
    let moved = order(shape.count).filter { shape[$0] != 1 }
    return moved == moved.sorted()
  }

  /// PyTorch's name of the format.
  static func format(_ rank: Int) -> CallArgument {
    .constant(rank == 5 ? "torch.channels_last_3d" : "torch.channels_last")
  }
}

extension Call {
  /// A copy with channels last of a tensor in row-major order.
  static let enterChannelsLast = "channels_last.enter.default"
  /// And back.
  static let leaveChannelsLast = "channels_last.leave.default"
  /// A convolution's weight in the format that its input has; its shape stays.
  static let weightChannelsLast = "channels_last.weight.default"

  /// Operators that keep to the format of their tensors, with the arguments that such tensors are.
  private static let keepingFormat: [String: [Int]] = [
    "aten.conv2d.default": [0], "aten.conv2d.padding": [0], "aten.conv3d.default": [0], "aten.conv3d.padding": [0],
    "aten.conv_transpose2d.input": [0], "aten.conv_transpose3d.input": [0], oneDNNConvolution: [0],
    oneDNNConvolutionBinary: [0, 1], oneDNNTransposedConvolution: [0], "aten.max_pool2d.default": [0],
    "aten.avg_pool2d.default": [0], "aten.adaptive_avg_pool2d.default": [0], "aten.upsample_nearest2d.vec": [0],
    "aten.upsample_bilinear2d.vec": [0], "aten.cat.default": [0],
  ]

  private static func prefixed(_ target: String) -> String {
    "channels_last." + target.split(separator: ".").dropFirst().joined(separator: ".")
  }

  private static let channelsFirstTargets = Dictionary(
    keepingFormat.keys.map { (prefixed($0), $0) }, uniquingKeysWith: { first, _ in first })

  /// The same call of tensors with channels last; nil for operators that wouldn't keep to it.
  var withChannelsLast: Call? {
    guard let positions = Self.keepingFormat[target], positions.allSatisfy({ $0 < arguments.count }) else { return nil }
    return Call(Self.prefixed(target), arguments, keywords: keywords)
  }

  /// The library's own call that a call with channels last stands for.
  var withChannelsFirst: Call? {
    Self.channelsFirstTargets[target].map { Call($0, arguments, keywords: keywords) }
  }

  var hasChannelsLast: Bool { target.hasPrefix("channels_last.") }

  /// Numbers of the operands that are in the format, the others being weights.
  var formatted: [Int] {
    func operands(_ argument: CallArgument) -> [Int] {
      switch argument {
      case .operand(let index): [index]
      case .list(let items): items.flatMap(operands)
      default: []
      }
    }
    return (Self.keepingFormat[target] ?? []).flatMap { operands(arguments[$0]) }
  }

  /// Where the work is for whose sake a format is chosen.
  var isLayer: Bool { isConvolution || isTransposedConvolution || hasOwnLayout }
}
