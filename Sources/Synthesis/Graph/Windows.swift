/// Where windows lie along one dimension: tap t of window i is element i · stride − padding + t · dilation.
public struct WindowExtent: Sendable, Hashable {
  public var size: Int
  public var stride: Int
  public var padding: Int
  public var dilation: Int

  public init(size: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.size = size
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// Elements from the first tap of a window to its last.
  var reach: Int { (size - 1) * dilation + 1 }

  /// The elements that a window sees, without those in the padding.
  func taps(_ index: Int, length: Int) -> [Int] {
    (0..<size).map { index * stride - padding + $0 * dilation }.filter { $0 >= 0 && $0 < length }
  }

  /// How many elements a mean over this window divides by when the padding counts; what lies beyond the padding
  /// (`ceil_mode`) doesn't.
  func paddedCount(_ index: Int, length: Int) -> Int {
    let start = index * stride - padding
    return min(start + size, length + padding) - start
  }
}

/// Maxima or means over sliding windows along the trailing dimensions (`torch.nn.MaxPool2d` and its relatives).
public struct Pooling: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case maximum, mean }

  public var kind: Kind
  /// One to three, for the trailing dimensions in their order.
  public var windows: [WindowExtent]
  /// Means divide by the whole window where it lies over the padding.
  public var countsPadding: Bool
  /// What means divide by instead.
  public var divisor: Int?

  public init(_ kind: Kind, _ windows: [WindowExtent], countsPadding: Bool = true, divisor: Int? = nil) {
    self.kind = kind
    self.windows = windows
    self.countsPadding = countsPadding
    self.divisor = divisor
  }
}

/// A convolution whose output channels see one input channel each: operands are the input (… × channels × extents), the
/// weight (channels · multiplier × 1 × extents) and, if there is one, the bias.
public struct DepthwiseConvolution: Sendable, Hashable {
  /// One or two, for the trailing dimensions in their order.
  public var windows: [WindowExtent]

  public init(_ windows: [WindowExtent]) { self.windows = windows }
}

/// Running totals along a dimension (`torch.cumsum` and its relatives).
public struct Scan: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case sum, product, maximum, minimum }

  public var kind: Kind
  /// Counted from the front of the operand's dimensions.
  public var dimension: Int
  /// From the last element to the first.
  public var isReversed: Bool

  public init(_ kind: Kind, dimension: Int, isReversed: Bool = false) {
    self.kind = kind
    self.dimension = dimension
    self.isReversed = isReversed
  }
}

extension TensorGraph.Operation {
  /// Has a kernel of its own that reads whole stored operands.
  var isWindowed: Bool {
    switch self {
    case .slidingMean, .pool, .depthwise: true
    default: false
    }
  }
}
