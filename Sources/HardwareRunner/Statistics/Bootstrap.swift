import Foundation

/// An interval with the estimate inside it.
public struct ConfidenceInterval: Sendable, Codable, Hashable {
  public var estimate: Double
  public var low: Double
  public var high: Double

  public init(estimate: Double, low: Double, high: Double) {
    self.estimate = estimate
    self.low = low
    self.high = high
  }

  public var halfWidth: Double { (high - low) / 2 }

  /// The same interval on another scale; `transform` must be increasing.
  public func mapped(_ transform: (Double) -> Double) -> ConfidenceInterval {
    ConfidenceInterval(estimate: transform(estimate), low: transform(low), high: transform(high))
  }
}

/// Bootstrap intervals of the median.
///
/// The percentile method (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). BCa (chapter 14)
/// is not used: its acceleration comes from the jackknife, which is inconsistent for the median (section 11.6).
public enum Bootstrap {
  /// Enough resamples that the ends of a 95 % interval repeat to a few per cent of its width.
  public static let resamples = 2000

  /// The 95 % interval (or `level`) of the median of `samples`, in their unit; nil for no samples.
  ///
  /// A resample of sorted data is a vector of counts, so its median is found by walking the counts: no sorting inside
  /// the loop. 2000 resamples of 200 samples take about a millisecond.
  public static func median(
    of samples: [Double], level: Double = 0.95, resamples: Int = resamples, seed: UInt64 = 1
  ) -> ConfidenceInterval? {
    let sorted = samples.sorted()
    guard let estimate = RobustStatistics.medianOfSorted(sorted), resamples > 0 else { return nil }
    let medians = resampledMedians(of: sorted, resamples: resamples, seed: seed).sorted()
    let tail = (1 - level) / 2
    return ConfidenceInterval(
      estimate: estimate, low: quantile(tail, ofSorted: medians), high: quantile(1 - tail, ofSorted: medians))
  }

  private static func resampledMedians(of sorted: [Double], resamples: Int, seed: UInt64) -> [Double] {
    let count = sorted.count
    var generator = SeededGenerator(seed: seed)
    var tally = [Int32](repeating: 0, count: count)
    // Ranks (from 0) of the two middle samples; the same one when the number is odd.
    let lowRank = Int32((count - 1) / 2)
    let highRank = Int32(count / 2)
    var medians: [Double] = []
    medians.reserveCapacity(resamples)
    for _ in 0..<resamples {
      for index in 0..<count { tally[index] = 0 }
      for _ in 0..<count { tally[generator.index(below: count)] += 1 }
      var seen: Int32 = 0
      var low = 0
      var index = 0
      while index < count {
        let before = seen
        seen += tally[index]
        if before <= lowRank && lowRank < seen { low = index }
        if highRank < seen { break }
        index += 1
      }
      medians.append((sorted[low] + sorted[index]) / 2)
    }
    return medians
  }

  /// Linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996).
  static func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
    let position = probability * Double(sorted.count - 1)
    let lower = Int(position.rounded(.down))
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
