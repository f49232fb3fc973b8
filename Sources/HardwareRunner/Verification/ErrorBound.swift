/// How far an element of a candidate's output may lie from the float64 oracle (docs/verification.md, "The bound").
///
/// `|got − y64| ≤ factor · max(E, q·u·|y64|) + smallest normal`, where `E` is the error that the reference itself makes
/// in the working precision, element by element, u the unit round-off of the output's type, and q what E usually is over
/// `u·|y64|` in this output (``usual(_:_:)``), 1 to 8. The last term covers hardware that flushes denormal numbers.
/// There is no flat absolute tolerance.
struct ErrorBound: Sendable, Hashable {
  var factor: Double
  /// Relative error that the person allows on top; 0 for none.
  var tolerance: Double
  var unitRoundoff: Double
  /// q·u: nothing is held to less than this, relative to the oracle's value.
  var relativeUnit: Double
  var slack: Double
  /// What E usually is where the output isn't zero: its lower quartile.
  var usualError = 0.0
  /// Results of at least this magnitude are infinite in the output's type.
  var overflow: Double

  /// nil for integer and bool outputs, which have no bound: they must be equal.
  init?(dtype: DType, factor: Double, tolerance: Double = 0) {
    guard let roundoff = dtype.unitRoundoff, let normal = dtype.smallestNormal, let overflow = dtype.overflowThreshold
    else { return nil }
    self.factor = factor
    self.tolerance = tolerance
    unitRoundoff = roundoff
    relativeUnit = roundoff
    slack = normal
    self.overflow = overflow
  }

  /// The bound of one output.
  /// - Parameter closer: a closer look at some elements, ``sampled(_:)`` among them.
  init?(_ expected: ExpectedOutput, factor: Double, tolerance: Double = 0, closer: CloserLook? = nil) {
    self.init(dtype: expected.dtype, factor: factor, tolerance: tolerance)
    let usual = usual(expected, closer)
    relativeUnit = unitRoundoff * usual.units
    usualError = usual.error
  }

  /// Of an output's elements, at most so many may show what an op that cuts off (`relu`) hides of its error: one in this many.
  /// Those that lie within rounding errors of where it cuts are fewer by far.
  static let hiddenShare = 1000

  /// q stays among these, so that the bound can grow by three bits at most.
  static let usualRange = 1.0...8.0
  /// Elements that are looked at for it.
  private static let sample = 4096

  /// The elements, of so many, that say what E usually is.
  static func sampled(_ count: Int) -> StrideTo<Int> {
    // Odd, so that it doesn't keep to a few columns of the usual widths.
    Swift.stride(from: 0, to: count, by: count / sample | 1)
  }

  /// The lower quartile of E over `u·|y64|`. E is the largest of a few random errors, and among a million elements some are
  /// always lucky forty times over: how the op rounds usually is known better than how it rounds there.
  private func usual(_ expected: ExpectedOutput, _ closer: CloserLook?) -> (units: Double, error: Double) {
    var units: [Double] = []
    var errors: [Double] = []
    for (number, index) in Self.sampled(expected.count).enumerated() {
      let magnitude = abs(expected.oracle[index])
      guard magnitude >= slack, magnitude < overflow else { continue }
      let scale = closer?.scale[number] ?? expected.scale(at: index)
      units.append(scale / (unitRoundoff * magnitude))
      errors.append(scale)
    }
    guard !units.isEmpty else { return (1, 0) }
    units.sort()
    errors.sort()
    return (
      min(max(units[units.count / 4], Self.usualRange.lowerBound), Self.usualRange.upperBound),
      errors[errors.count / 4]
    )
  }

  /// Largest error that passes.
  @inline(__always)
  func limit(oracle: Double, unit: Double) -> Double {
    max(factor * unit, tolerance * abs(oracle)) + slack
  }

  /// The unit in which the element's error is counted.
  @inline(__always)
  func unit(oracle: Double, scale: Double) -> Double {
    max(scale, relativeUnit * abs(oracle))
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
