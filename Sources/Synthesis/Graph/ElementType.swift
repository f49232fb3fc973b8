/// Element types of tensors, named as PyTorch names them.
public enum ElementType: String, Sendable, Hashable, Codable, CaseIterable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8, uint8, bool
  case complex64, complex128
  /// Anything else (quantised, 8-bit floating point, …): carried along, never computed with.
  case other

  /// Bytes an element; 1 for `other`.
  public var size: Int {
    switch self {
    case .complex128: 16
    case .float64, .int64, .complex64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool, .other: 1
    }
  }

  public var isFloatingPoint: Bool { self == .float64 || self == .float32 || self == .float16 || self == .bfloat16 }

  /// The types that kernels are generated for.
  public var isComputed: Bool { self == .float32 || self == .float64 }
}

/// Type and extents of a tensor; row-major order is meant wherever nothing else is said.
public struct TensorType: Sendable, Hashable {
  public var dtype: ElementType
  public var shape: [Int]

  public init(_ dtype: ElementType, _ shape: [Int]) {
    self.dtype = dtype
    self.shape = shape
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }
  public var bytes: Int { count * dtype.size }
}

/// Shape arithmetic shared by lowering, fusion and interpreter.
enum Shape {
  /// Row-major strides in elements.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
  }

  /// The common shape of operands that broadcast, by NumPy's rule; nil when they don't.
  static func broadcast(_ shapes: [[Int]]) -> [Int]? {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (dimension, extent) in shape.enumerated() {
        let target = dimension + rank - shape.count
        if extent == 1 { continue }
        if result[target] != 1 && result[target] != extent { return nil }
        result[target] = extent
      }
    }
    return result
  }

  /// A dimension counted from the front, for one that may be negative.
  static func dimension(_ index: Int, rank: Int) -> Int? {
    let positive = index < 0 ? index + max(rank, 1) : index
    return positive >= 0 && positive < max(rank, 1) ? positive : nil
  }
}
