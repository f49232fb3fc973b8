import Foundation

/// Location and spread that a few disturbed samples cannot move.
public enum RobustStatistics {
  /// Consistency factor that makes the median absolute deviation estimate the standard deviation of normal data.
  static let madToSigma = 1.4826

  /// How many robust standard deviations away a sample is flagged. 3.5 follows Iglewicz and Hoaglin, "How to detect
  /// and handle outliers" (1993), section 3: about one in 2000 normal samples.
  public static let outlierThreshold = 3.5

  /// The median, the mean of the two middle samples when their number is even; nil for no samples.
  public static func median(_ samples: [Double]) -> Double? {
    medianOfSorted(samples.sorted())
  }

  static func medianOfSorted(_ sorted: [Double]) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// Median absolute deviation from the median, in the samples' unit (not scaled to a standard deviation).
  public static func medianAbsoluteDeviation(_ samples: [Double]) -> Double? {
    guard let center = median(samples) else { return nil }
    return median(samples.map { abs($0 - center) })
  }

  /// Which samples lie further from the median than `threshold` robust standard deviations. They are flagged for the
  /// reader and never dropped. When over half of the samples are equal there is no scale and nothing is flagged.
  public static func outlierFlags(_ samples: [Double], threshold: Double = outlierThreshold) -> [Bool] {
    guard let center = median(samples), let deviation = medianAbsoluteDeviation(samples), deviation > 0 else {
      return samples.map { _ in false }
    }
    let limit = threshold * madToSigma * deviation
    return samples.map { abs($0 - center) > limit }
  }
}
