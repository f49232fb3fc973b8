/// Reads elements of a raw buffer as Double (floating types) or Int64 (integers and bool), unaligned and little-endian.
///
/// Half and bfloat16 are widened by bit operations, so the same code serves platforms where Swift has no `Float16`.
enum ElementReader {
  /// IEEE 754 binary16 to binary64, exactly.
  @inline(__always)
  static func half(_ bits: UInt16) -> Double {
    let sign = UInt64(bits & 0x8000) << 48
    let exponent = Int(bits >> 10) & 0x1F
    let fraction = UInt64(bits & 0x3FF)
    if exponent == 0x1F { return Double(bitPattern: sign | 0x7FF0_0000_0000_0000 | (fraction << 42)) }
    if exponent == 0 {
      let magnitude = Double(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    }
    return Double(bitPattern: sign | (UInt64(exponent - 15 + 1023) << 52) | (fraction << 42))
  }

  /// bfloat16 (the upper half of a binary32) to binary64, exactly.
  @inline(__always)
  static func bfloat(_ bits: UInt16) -> Double {
    Double(Float(bitPattern: UInt32(bits) << 16))
  }

  /// One element as a Double; integers above 2⁵³ lose their last bits, which only their printed form notices.
  static func double(_ buffer: UnsafeRawBufferPointer, _ index: Int, _ dtype: DType) -> Double {
    switch dtype {
    case .float64: buffer.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
    case .float32: Double(buffer.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
    case .float16: half(buffer.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    case .bfloat16: bfloat(buffer.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    case .int64, .int32, .int16, .int8, .uint8, .bool: Double(integer(buffer, index, dtype))
    }
  }

  /// One element of an integer or bool buffer.
  static func integer(_ buffer: UnsafeRawBufferPointer, _ index: Int, _ dtype: DType) -> Int64 {
    switch dtype {
    case .int64: buffer.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
    case .int32: Int64(buffer.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
    case .int16: Int64(buffer.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
    case .int8: Int64(buffer.loadUnaligned(fromByteOffset: index, as: Int8.self))
    case .uint8, .bool: Int64(buffer[index])
    case .float64, .float32, .float16, .bfloat16: Int64(double(buffer, index, dtype))
    }
  }
}

extension DType {
  /// Smallest positive normal number; nil for integers.
  var smallestNormal: Double? {
    switch self {
    case .float64: 0x1p-1022
    case .float32, .bfloat16: 0x1p-126
    case .float16: 0x1p-14
    default: nil
    }
  }

  /// Where rounding to nearest gives infinity: the largest finite number and half its last place.
  var overflowThreshold: Double? {
    switch self {
    case .float64: .infinity
    case .float32: 0x1.ffffffp127
    case .bfloat16: 0x1.ffp127
    case .float16: 65520
    default: nil
    }
  }

  /// Distance between neighbouring numbers of this type at `value`; nil for integers and non-finite values.
  func ulp(at value: Double) -> Double? {
    guard let roundoff = unitRoundoff, let normal = smallestNormal, value.isFinite else { return nil }
    let magnitude = max(abs(value), normal)
    return magnitude.binade * 2 * roundoff
  }
}
