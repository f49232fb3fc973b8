import Foundation

/// Ratios of times that were measured in the same round, on the same inputs.
///
/// Drift of the clock rate or of the load changes both times of a pair together, so the ratio of a pair is far steadier
/// than the ratio of two means. Logarithms make "twice as fast" and "twice as slow" the same distance from 1.
public struct PairedRatios: Sendable, Hashable {
  /// ln(baseline / candidate) of each pair.
  public var logRatios: [Double]

  public init(logRatios: [Double]) {
    self.logRatios = logRatios
  }

  /// Pairs in which either time isn't positive say nothing about a ratio and are left out; the timing protocol never
  /// produces them unless a call is too short to be told from an empty one.
  public init(baseline: [Double], candidate: [Double]) {
    logRatios = zip(baseline, candidate).compactMap { baseline, candidate in
      baseline > 0 && candidate > 0 ? log(baseline / candidate) : nil
    }
  }

  /// The interval of the median log-ratio.
  public func logInterval(seed: UInt64 = 1) -> ConfidenceInterval? {
    Bootstrap.median(of: logRatios, seed: seed)
  }

  /// The interval of the median ratio: above 1 the candidate is faster.
  public func ratio(seed: UInt64 = 1) -> ConfidenceInterval? {
    logInterval(seed: seed)?.mapped { exp($0) }
  }
}

/// How large a ratio identical code can show on this machine at this moment.
public struct NoiseBand: Sendable, Codable, Hashable {
  /// Half-width, as |ln ratio|: 0.01 means that identical code has looked up to 1 % faster or slower.
  public var logHalfWidth: Double

  public init(logHalfWidth: Double) {
    self.logHalfWidth = logHalfWidth
  }

  /// From an A/A run (the fastest baseline against itself, in two processes): the end of its 95 % interval that is
  /// further from "no difference", so that a bias between two identical processes (placement of their pages) counts as
  /// noise as well. nil without pairs.
  public init?(identical: PairedRatios, seed: UInt64 = 1) {
    guard let interval = identical.logInterval(seed: seed) else { return nil }
    self.init(identical: interval)
  }

  /// From the interval of the median log-ratio of such a run.
  init(identical interval: ConfidenceInterval) {
    logHalfWidth = max(abs(interval.low), abs(interval.high))
  }

  /// The ratio that a lower bound must exceed before a difference is claimed.
  public var ratio: Double { exp(logHalfWidth) }
}
