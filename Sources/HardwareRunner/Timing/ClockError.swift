import Foundation

/// What the outside clock may be off by after the null call was taken off, and what that does to a ratio.
enum ClockError {
  /// Milliseconds a call, to either side. Measured: `make bench-clock`, docs/performance.md. With cold caches and next to no
  /// data it depends on how much of PyTorch's code the op has left in them: an op that does nothing finds the same way back
  /// as the call that is taken off, one addition finds it 5 to 20 µs quicker.
  static func milliseconds(_ state: CacheState, touches: Bool) -> Double { state == .cold && !touches ? 0.025 : 0.015 }

  /// An interval with the clock's error in it: both times may be off, by the same amount, since all contenders are called
  /// in the same way. It is nothing for identical times, and little for those that are much longer than the error.
  static func widened(
    _ ratio: ConfidenceInterval, by milliseconds: Double, baselineMs a: Double, candidateMs b: Double
  ) -> ConfidenceInterval {
    guard a > 0, b > 0 else { return ratio }
    let factors = [-milliseconds, milliseconds].map { error in
      // A time that could be all error has no upper bound to speak of; a quarter of it stands for that.
      max(a + error, a / 4) / max(b + error, b / 4) / (a / b)
    }
    return ConfidenceInterval(
      estimate: ratio.estimate, low: ratio.low * min(factors[0], factors[1], 1),
      high: ratio.high * max(factors[0], factors[1], 1))
  }
}

extension TimingAnalysis {
  /// The interval that is told of a ratio: ``measured(_:)``, and what identical code in another process shows. Where a
  /// process's memory happens to lie makes it some tenths of a per cent faster or slower than its twin for as long as it
  /// lives, which no number of pairs averages out: of the intervals without it, three quarters held the true ratio, of
  /// those with it 95 to 99 % (docs/results/timing-study.md). The two are independent: their squares add up.
  public func stated(_ ratio: TimingRatio) -> ConfidenceInterval {
    let interval = measured(ratio)
    let (estimate, noise) = (interval.estimate, noiseBand(of: ratio))
    guard estimate > 0, interval.low > 0 else { return interval }
    func further(_ end: Double) -> Double {
      let distance = log(end / estimate)
      return (distance * distance + noise * noise).squareRoot()
    }
    return ConfidenceInterval(
      estimate: estimate, low: estimate * exp(-further(interval.low)), high: estimate * exp(further(interval.high)))
  }

  /// The statistical interval of a ratio, widened by what the clock may be off: what is held against the noise band.
  func measured(_ ratio: TimingRatio) -> ConfidenceInterval {
    guard let a = median(ratio.process, ratio.state)?.estimate,
      let b = median(contenders.candidate, ratio.state)?.estimate
    else { return ratio.ratio }
    let error = ClockError.milliseconds(ratio.state, touches: contenders.touches)
    return ClockError.widened(ratio.ratio, by: error, baselineMs: a, candidateMs: b)
  }
}
