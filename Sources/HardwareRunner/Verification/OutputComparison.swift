/// What the trusted side knows of one output: everything that a candidate never sees. All buffers are contiguous, in
/// row-major order of the output's shape.
struct ExpectedOutput {
  var dtype: DType
  var shape: [Int]
  /// The reference in the working precision, elements of `dtype`.
  var working: UnsafeRawBufferPointer
  /// The reference in float64; empty for integer and bool outputs.
  var oracle: UnsafeBufferPointer<Double>
  /// E: the reference's own error in the working precision, from runs that were finite; empty where there was only the one
  /// unperturbed run, and as above.
  var scale: UnsafeBufferPointer<Double>
  /// `ValueClass` bits seen at each element over all runs; empty where every run was finite everywhere.
  var classes: UnsafeBufferPointer<UInt8>

  var count: Int { shape.reduce(1, *) }

  /// E of an element.
  /// - Parameter working: the reference's value there.
  @inline(__always)
  func scale(at index: Int, working: @autoclosure () -> Double) -> Double {
    guard scale.isEmpty else { return scale[index] }
    let own = abs(working() - oracle[index])
    return own < .infinity ? own : 0
  }

  func scale(at index: Int) -> Double {
    scale(at: index, working: ElementReader.double(working, index, dtype))
  }

  /// Largest magnitude among the finite elements.
  var magnitude: Double {
    oracle.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
  }
}

/// What later runs of the reference gave at some elements of an output.
struct CloserLook: Sendable {
  /// Flat indices: those of ``ErrorBound/sampled(_:)`` first, then those that failed.
  let elements: [Int]
  /// Where in `elements` those that failed begin.
  let firstFailing: Int
  /// E at each of them.
  var scale: [Double]
  /// `ValueClass` bits at each of them; empty where every run was finite at all of them.
  var classes: [UInt8]

  /// A look at an output's sample and at the elements that failed, with what is known of them.
  init(_ expected: ExpectedOutput, failing: [Int]) {
    let sampled = Array(ErrorBound.sampled(expected.count))
    elements = sampled + failing
    firstFailing = sampled.count
    scale = elements.map { expected.scale(at: $0) }
    classes = expected.classes.isEmpty ? [] : elements.map { expected.classes[$0] }
  }

  /// E is the largest of all runs' errors, and a class is one that any run gave.
  mutating func add(scale more: [Double], classes others: [UInt8]) {
    guard more.count == elements.count else { return }
    for index in scale.indices { scale[index] = max(scale[index], more[index]) }
    guard others.count == elements.count else { return }
    if classes.isEmpty { classes = elements.map { _ in 0 } }
    for index in classes.indices { classes[index] |= others[index] }
  }
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
  /// The same over those elements that passed.
  var passingRatio = 0.0
  /// Largest error of the failing elements; infinite where one should be, or is, infinite or NaN.
  var largestFailure = 0.0
  /// The first failing elements, at most `OutputComparison.listed`.
  var failing: [Int] = []

  var passed: Bool { failures == 0 }
}

/// Compares a candidate's output with the oracle, element by element.
enum OutputComparison {
  /// How many failing elements are listed one by one; more are only counted.
  static let listed = 1 << 18

  /// `got` holds `expected.count` elements of `expected.dtype`, contiguous.
  /// - Parameter closer: judges those elements only that it says have failed, with the error scale that is known of them now.
  static func compare(
    _ got: UnsafeRawBufferPointer, with expected: ExpectedOutput, factor: Double, tolerance: Double = 0,
    closer: CloserLook? = nil
  ) -> Discrepancy {
    guard let bound = ErrorBound(expected, factor: factor, tolerance: tolerance, closer: closer) else {
      return compareExactly(got, expected)
    }
    switch expected.dtype {
    case .float32:
      return compare(expected, bound, got, closer) { Double($0.loadUnaligned(fromByteOffset: $1 &* 4, as: Float.self)) }
    case .float64:
      return compare(expected, bound, got, closer) { $0.loadUnaligned(fromByteOffset: $1 &* 8, as: Double.self) }
    case .float16:
      return compare(expected, bound, got, closer) {
        ElementReader.half($0.loadUnaligned(fromByteOffset: $1 &* 2, as: UInt16.self))
      }
    default:
      return compare(expected, bound, got, closer) {
        ElementReader.bfloat($0.loadUnaligned(fromByteOffset: $1 &* 2, as: UInt16.self))
      }
    }
  }

  /// Elements that are looked at together.
  private static let block = 2048

  /// One pass. Most blocks are known to hold no element that is further out than those before, by a few instructions an
  /// element; the division and everything about non-finite values happen in the others only.
  @inline(__always)
  private static func compare(
    _ expected: ExpectedOutput, _ bound: ErrorBound, _ got: UnsafeRawBufferPointer, _ closer: CloserLook?,
    read: (UnsafeRawBufferPointer, Int) -> Double
  ) -> Discrepancy {
    var judge = ElementJudge(expected: expected, bound: bound)
    if let closer {
      for number in closer.firstFailing..<closer.elements.count {
        let index = closer.elements[number]
        let classes = closer.classes.isEmpty ? 0 : closer.classes[number]
        judge.judge(read(got, index), at: index, scale: closer.scale[number], classes: classes) {
          read(expected.working, $0)
        }
      }
      return judge.found
    }
    for start in stride(from: 0, to: expected.count, by: block) {
      let range = start..<min(start + block, expected.count)
      let ratio = min(judge.found.passingRatio, bound.factor)
      if holdsNothingNew(range, expected, bound, got, ratio, read: read) { continue }
      for index in range {
        let value = read(got, index)
        let wanted = expected.oracle[index]
        let error = abs(value - wanted)
        if error <= bound.slack { continue }
        let known = min(judge.found.passingRatio, bound.factor) * bound.unit(oracle: wanted, scale: 0)
        if error <= known, error < .infinity { continue }
        let classes = expected.classes.isEmpty ? 0 : expected.classes[index]
        let scale = expected.scale(at: index, working: read(expected.working, index))
        judge.judge(value, at: index, scale: scale, classes: classes) { read(expected.working, $0) }
      }
    }
    return judge.found
  }

  /// Whether every element of a block is within `ratio` units, or the slack, whatever its own E is. Without a way out of
  /// the loop, which the compiler turns into vector instructions.
  @inline(__always)
  private static func holdsNothingNew(
    _ range: Range<Int>, _ expected: ExpectedOutput, _ bound: ErrorBound, _ got: UnsafeRawBufferPointer,
    _ ratio: Double, read: (UnsafeRawBufferPointer, Int) -> Double
  ) -> Bool {
    guard let oracle = expected.oracle.baseAddress else { return false }
    let relative = ratio * bound.relativeUnit
    var outside: UInt64 = 0
    for index in range {
      let wanted = oracle[index]
      let error = abs(read(got, index) - wanted)
      // Comparisons with NaN are false, and the magnitude's limit leaves infinities out.
      let allowed = max(bound.slack, relative * abs(wanted))
      outside |= (error <= allowed ? 0 : 1) | (abs(wanted) < bound.overflow ? 0 : 1)
    }
    return outside == 0
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
