/// How far an element of a candidate's output may lie from the float64 oracle (docs/verification.md, "The bound").
///
/// `|got − y64| ≤ factor · max(E, u·|y64|) + smallest normal`, where `E` is the error that the reference itself makes
/// in the working precision, element by element, and u the unit round-off of the output's type. The last term covers
/// hardware that flushes denormal numbers. There is no flat absolute tolerance.
struct ErrorBound: Sendable, Hashable {
  var factor: Double
  /// Relative error that the person allows on top; 0 for none.
  var tolerance: Double
  var unitRoundoff: Double
  var slack: Double
  /// Results of at least this magnitude are infinite in the output's type.
  var overflow: Double

  /// nil for integer and bool outputs, which have no bound: they must be equal.
  init?(dtype: DType, factor: Double, tolerance: Double = 0) {
    guard let roundoff = dtype.unitRoundoff, let normal = dtype.smallestNormal, let overflow = dtype.overflowThreshold
    else { return nil }
    self.factor = factor
    self.tolerance = tolerance
    unitRoundoff = roundoff
    slack = normal
    self.overflow = overflow
  }

  /// Largest error that passes.
  @inline(__always)
  func limit(oracle: Double, unit: Double) -> Double {
    max(factor * unit, tolerance * abs(oracle)) + slack
  }

  /// The unit in which the element's error is counted.
  @inline(__always)
  func unit(oracle: Double, scale: Double) -> Double {
    max(scale, unitRoundoff * abs(oracle))
  }
}

/// Kinds of floating-point values, as bits so that several can be accepted at one element.
struct ValueClass: OptionSet, Sendable {
  let rawValue: UInt8

  static let finite = ValueClass(rawValue: 1)
  static let positiveInfinity = ValueClass(rawValue: 2)
  static let negativeInfinity = ValueClass(rawValue: 4)
  static let nan = ValueClass(rawValue: 8)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The class of `value` once it is rounded to a type that overflows at `overflow`.
  @inline(__always)
  init(of value: Double, overflow: Double = .infinity) {
    if value.isNaN {
      self = .nan
    } else if value >= overflow {
      self = .positiveInfinity
    } else if value <= -overflow {
      self = .negativeInfinity
    } else {
      self = .finite
    }
  }
}
