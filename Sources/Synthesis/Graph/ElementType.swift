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

  /// The types that arithmetic is done in; half precision is only stored.
  public var isComputed: Bool { self == .float32 || self == .float64 }
}

extension ElementType {
  var isHalf: Bool { self == .float16 || self == .bfloat16 }
  var isFloating: Bool { isComputed || isHalf }

  var isInteger: Bool {
    switch self {
    case .int64, .int32, .int16, .int8, .uint8: true
    default: false
    }
  }

  /// The type that PyTorch computes in for tensors of this floating type: half precision is widened to float32, and only
  /// a call's result is rounded. Nil for everything else.
  var arithmetic: ElementType? { isHalf ? .float32 : isComputed ? self : nil }

  /// Bits of a floating type's significand, the hidden one included; of an integer's magnitude.
  private var precision: Int {
    switch self {
    case .float64: 53
    case .float32: 24
    case .float16: 11
    case .bfloat16: 8
    case .int64: 63
    case .int32: 31
    case .int16: 15
    case .int8: 7
    case .uint8: 8
    case .bool: 1
    default: 64
    }
  }

  /// Whether every number of this type is one of the other, a floating type, as well.
  func isExact(in other: ElementType) -> Bool {
    if self == other { return true }
    guard other.isFloating else { return false }
    // float16 has fewer exponents than all others, and integers of 16 bits more than it has.
    if other == .float16 { return [.int8, .uint8, .bool].contains(self) }
    return isFloating || isInteger || self == .bool ? precision <= other.precision : false
  }

  /// Whether a whole number is one of this integer type, and one that a scalar of a graph, a double, can be.
  func holds(_ number: Int) -> Bool {
    let limit = 1 << min(precision, 53)
    return isInteger && number < limit && (self == .uint8 ? number >= 0 : number >= -limit)
  }

  /// A number rounded to nearest in a half type, ties to even, as PyTorch rounds a number that is compared with a tensor of
  /// that type; other types leave it as it is.
  func rounded(_ value: Double) -> Double {
    guard isHalf, value.isFinite, value != 0 else { return value }
    // Through float32, as PyTorch goes.
    let single = Double(Float(value))
    guard single.isFinite else { return single }
    let smallest = self == .float16 ? -14 : -126
    let unit = Double(sign: .plus, exponent: max(Int(single.exponent), smallest) - (precision - 1), significand: 1)
    let result = (single / unit).rounded(.toNearestOrEven) * unit
    let limit = self == .float16 ? 0x1p16 : 0x1p128
    return abs(result) >= limit ? (result < 0 ? -.infinity : .infinity) : result
  }
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

  /// Elements from one place to the next of these dimensions taken as one; nil where they can't be.
  static func commonStride(_ extents: [Int], _ strides: [Int]) -> Int? {
    var found: (stride: Int, next: Int)?
    for (extent, stride) in zip(extents, strides).reversed() where extent != 1 {
      if let found, stride != found.next { return nil }
      found = (found?.stride ?? stride, stride * extent)
    }
    return found?.stride ?? 0
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
