/// Judges elements of one output one by one, and keeps what it found.
struct ElementJudge {
  let expected: ExpectedOutput
  let bound: ErrorBound
  private(set) var found = Discrepancy()
  private var worstSeverity = -1.0
  private var hidden = 0

  init(expected: ExpectedOutput, bound: ErrorBound) {
    self.expected = expected
    self.bound = bound
  }

  /// - Parameter scale: E at this element.
  /// - Parameter classes: `ValueClass` bits seen at this element over all runs; 0 where they were finite.
  /// - Parameter working: reads the reference's own value in the working precision.
  mutating func judge(
    _ value: Double, at index: Int, scale: Double, classes: UInt8, working: (Int) -> Double
  ) {
    let wanted = expected.oracle[index]
    let unit = bound.unit(oracle: wanted, scale: scale)
    let error = abs(value - wanted)
    if error <= bound.slack { return }
    // Where neither the oracle nor the reference leaves any room, the smallest normal number is the unit.
    var ratio = error / max(unit, bound.slack)
    let regular = value.isFinite && abs(wanted) < bound.overflow
    let isWithin = regular && error <= bound.limit(oracle: wanted, unit: unit)
    let wasHidden = regular && !isWithin && isHidden(error, wanted: wanted, scale: scale)
    if wasHidden { ratio = error / bound.usualError }
    if regular { found.errorRatio = max(found.errorRatio, ratio) }
    let passes =
      regular
      ? isWithin || wasHidden
      : accepts(value, wanted: wanted, working: working(index), scale: scale, classes: classes)
    if passes {
      if regular { found.passingRatio = max(found.passingRatio, ratio) }
      return
    }
    found.failures += 1
    found.largestFailure = max(found.largestFailure, regular ? error : .infinity)
    if found.failing.count < OutputComparison.listed { found.failing.append(index) }
    let severity = regular ? ratio : .infinity
    guard severity > worstSeverity else { return }
    worstSeverity = severity
    // What a person expects to see is the reference's own special value, not the oracle's finite stand-in.
    let shown = regular || !wanted.isFinite ? wanted : working(index)
    found.worst = WorstElement(
      flatIndex: index, got: value, wanted: shown,
      ulps: regular ? expected.dtype.ulp(at: wanted).map { error / $0 } : nil)
  }

  /// Whether this is an error that the reference has too, but hides: it cuts off at zero (`relu`), in every run on the same side,
  /// and a few of the candidate's values come to lie on the other.
  private mutating func isHidden(_ error: Double, wanted: Double, scale: Double) -> Bool {
    guard wanted == 0, scale == 0, error <= bound.factor * bound.usualError,
      hidden < 1 + expected.count / ErrorBound.hiddenShare
    else { return false }
    hidden += 1
    return true
  }

  /// Whether a value is right where it, or the oracle, is NaN or infinite (in the output's type).
  private func accepts(_ value: Double, wanted: Double, working: Double, scale: Double, classes: UInt8) -> Bool {
    if value.isFinite {
      // The oracle is special and the value isn't: right only where the reference was finite as well.
      return working.isFinite && abs(value - working) <= bound.factor * bound.unit(oracle: working, scale: scale)
    }
    // The result is within the type's range and the reference left it on the way. Whether that comes to an infinity or to NaN
    // is for the order of its sums to say, and means nothing.
    if abs(wanted) < bound.overflow, !working.isFinite { return true }
    var accepted: ValueClass = [ValueClass(of: working), ValueClass(of: wanted, overflow: bound.overflow)]
    accepted.formUnion(ValueClass(rawValue: classes))
    return accepted.contains(ValueClass(of: value))
  }
}
