/// What the trusted side knows of one output: everything that a candidate never sees. All buffers are contiguous, in
/// row-major order of the output's shape.
struct ExpectedOutput {
  var dtype: DType
  var shape: [Int]
  /// The reference in the working precision, elements of `dtype`.
  var working: UnsafeRawBufferPointer
  /// The reference in float64; empty for integer and bool outputs.
  var oracle: UnsafeBufferPointer<Double>
  /// E: the reference's own error in the working precision, from runs that were finite; empty as above.
  var scale: UnsafeBufferPointer<Double>
  /// `ValueClass` bits seen at each element over all runs; empty where every run was finite everywhere.
  var classes: UnsafeBufferPointer<UInt8>

  var count: Int { shape.reduce(1, *) }
}

/// The element of an output that is furthest outside (or nearest to) what is allowed.
struct WorstElement: Sendable, Hashable {
  var flatIndex: Int
  var got: Double
  var wanted: Double
  /// Error in ulps of the output's type; nil where it has no meaning.
  var ulps: Double?
}

/// How an output compares with the oracle.
struct Discrepancy: Sendable, Hashable {
  /// Number of elements outside the bound.
  var failures = 0
  /// The worst of the failing elements.
  var worst: WorstElement?
  /// Largest error as a multiple of the reference's own, over finite elements; 0 for integers.
  var errorRatio = 0.0
  /// The first failing elements, at most `OutputComparison.listed`.
  var failing: [Int] = []

  var passed: Bool { failures == 0 }
}

/// Compares a candidate's output with the oracle, element by element.
enum OutputComparison {
  /// How many failing elements are listed one by one; more are only counted.
  static let listed = 2000

  /// `got` holds `expected.count` elements of `expected.dtype`, contiguous.
  static func compare(
    _ got: UnsafeRawBufferPointer, with expected: ExpectedOutput, factor: Double, tolerance: Double = 0
  ) -> Discrepancy {
    guard let bound = ErrorBound(expected, factor: factor, tolerance: tolerance) else {
      return compareExactly(got, expected)
    }
    switch expected.dtype {
    case .float32:
      return compare(expected, bound, got) { Double($0.loadUnaligned(fromByteOffset: $1 &* 4, as: Float.self)) }
    case .float64:
      return compare(expected, bound, got) { $0.loadUnaligned(fromByteOffset: $1 &* 8, as: Double.self) }
    case .float16:
      return compare(expected, bound, got) {
        ElementReader.half($0.loadUnaligned(fromByteOffset: $1 &* 2, as: UInt16.self))
      }
    default:
      return compare(expected, bound, got) {
        ElementReader.bfloat($0.loadUnaligned(fromByteOffset: $1 &* 2, as: UInt16.self))
      }
    }
  }

  /// One pass; the division and everything about non-finite values happen only off the common path, which the
  /// compiler keeps to a few instructions an element.
  @inline(__always)
  private static func compare(
    _ expected: ExpectedOutput, _ bound: ErrorBound, _ got: UnsafeRawBufferPointer,
    read: (UnsafeRawBufferPointer, Int) -> Double
  ) -> Discrepancy {
    var result = Discrepancy()
    var worstSeverity = -1.0
    let count = expected.count
    for index in 0..<count {
      let value = read(got, index)
      let wanted = expected.oracle[index]
      let unit = bound.unit(oracle: wanted, scale: expected.scale[index])
      let error = abs(value - wanted)
      // Comparisons with NaN are false, so anything non-finite leaves the common path here.
      if error <= bound.slack { continue }
      if error <= result.errorRatio * unit && error <= bound.factor * unit && error < .infinity { continue }
      // Where neither the oracle nor the reference leaves any room, the smallest normal number is the unit.
      let ratio = error / max(unit, bound.slack)
      let regular = value.isFinite && abs(wanted) < bound.overflow
      let passes: Bool
      if regular {
        passes = error <= bound.limit(oracle: wanted, unit: unit)
        if passes { result.errorRatio = max(result.errorRatio, ratio) }
      } else {
        passes = acceptsSpecial(value, at: index, expected, bound, read: read)
      }
      if passes { continue }
      result.failures += 1
      if result.failing.count < listed { result.failing.append(index) }
      let severity = regular ? ratio : .infinity
      if severity > worstSeverity {
        worstSeverity = severity
        // What a person expects to see is the reference's own special value, not the oracle's finite stand-in.
        let working = read(expected.working, index)
        let shown = regular || !wanted.isFinite ? wanted : working
        result.worst = WorstElement(
          flatIndex: index, got: value, wanted: shown,
          ulps: regular ? expected.dtype.ulp(at: wanted).map { error / $0 } : nil)
      }
      if regular { result.errorRatio = max(result.errorRatio, ratio) }
    }
    return result
  }

  /// Whether a value is right where it, or the oracle, is NaN or infinite (in the output's type).
  private static func acceptsSpecial(
    _ value: Double, at index: Int, _ expected: ExpectedOutput, _ bound: ErrorBound,
    read: (UnsafeRawBufferPointer, Int) -> Double
  ) -> Bool {
    let working = read(expected.working, index)
    let wanted = expected.oracle[index]
    if value.isFinite {
      // The oracle is special and the value isn't: right only where the reference was finite as well.
      return working.isFinite
        && abs(value - working) <= bound.factor * bound.unit(oracle: working, scale: expected.scale[index])
    }
    var accepted: ValueClass = [ValueClass(of: working), ValueClass(of: wanted, overflow: bound.overflow)]
    if !expected.classes.isEmpty { accepted.formUnion(ValueClass(rawValue: expected.classes[index])) }
    return accepted.contains(ValueClass(of: value))
  }

  /// Largest error of `got` over the largest error of the reference in the working precision, which counts as half an
  /// ulp of the largest value at least; nil for integers, or without finite elements.
  static func largestErrorRatio(_ got: UnsafeRawBufferPointer, with expected: ExpectedOutput) -> Double? {
    guard let roundoff = expected.dtype.unitRoundoff, let slack = expected.dtype.smallestNormal else { return nil }
    var (mine, own, magnitude) = (0.0, 0.0, 0.0)
    var found = false
    for index in 0..<expected.count {
      let wanted = expected.oracle[index]
      let working = ElementReader.double(expected.working, index, expected.dtype)
      let value = ElementReader.double(got, index, expected.dtype)
      guard wanted.isFinite, working.isFinite, value.isFinite else { continue }
      found = true
      mine = max(mine, abs(value - wanted))
      own = max(own, abs(working - wanted))
      magnitude = max(magnitude, abs(wanted))
    }
    return found ? mine / max(own, roundoff * magnitude, slack) : nil
  }

  private static func compareExactly(_ got: UnsafeRawBufferPointer, _ expected: ExpectedOutput) -> Discrepancy {
    var result = Discrepancy()
    for index in 0..<expected.count {
      let value = ElementReader.integer(got, index, expected.dtype)
      let wanted = ElementReader.integer(expected.working, index, expected.dtype)
      // Any byte but 0 is true to the reader of a bool, yet only 0 and 1 are values of the type.
      if value == wanted { continue }
      result.failures += 1
      if result.failing.count < listed { result.failing.append(index) }
      if result.worst == nil {
        result.worst = WorstElement(flatIndex: index, got: Double(value), wanted: Double(wanted), ulps: nil)
      }
    }
    return result
  }
}

extension WorstElement {
  /// Position along each dimension of `shape`.
  func position(in shape: [Int]) -> [Int] {
    var rest = flatIndex
    var position: [Int] = []
    for extent in shape.reversed() {
      position.append(extent > 0 ? rest % extent : 0)
      rest = extent > 0 ? rest / extent : 0
    }
    return position.reversed()
  }
}
