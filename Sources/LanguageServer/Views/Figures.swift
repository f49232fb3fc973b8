import Foundation
import HardwareRunner

/// Numbers as a person reads them. An interval is rounded outwards, so that the text never claims more than was measured.
enum Figures {
  /// `2.31`, `12.4`, `103`: three digits are what a timing carries.
  static func ratio(_ value: Double, decimals: Int? = nil, rounding: FloatingPointRoundingRule = .toNearestOrEven)
    -> String
  {
    guard value.isFinite else { return "?" }
    return fixed(value, decimals ?? (value >= 100 ? 0 : value >= 10 ? 1 : 2), rounding)
  }

  /// `2.31× [2.22, 2.41]`
  static func speedup(_ speedup: Speedup, decimals: Int? = nil) -> String {
    let low = ratio(speedup.low, decimals: decimals, rounding: .down)
    let high = ratio(speedup.high, decimals: decimals, rounding: .up)
    return "\(ratio(speedup.ratio, decimals: decimals))× [\(low), \(high)]"
  }

  /// For the end of a line: one decimal where two say nothing more, e.g. `2.3× [2.2, 2.5]`.
  static func shortSpeedup(_ value: Speedup) -> String {
    speedup(value, decimals: value.ratio < 2 ? 2 : value.ratio < 100 ? 1 : 0)
  }

  /// `850 ns`, `3.28 µs`, `1.42 ms`, `2.1 s`
  static func time(ms: Double) -> String {
    guard ms.isFinite, ms >= 0 else { return "?" }
    if ms < 1e-3 { return "\(ratio(ms * 1e6)) ns" }
    if ms < 1 { return "\(ratio(ms * 1e3)) µs" }
    return ms < 1e3 ? "\(ratio(ms)) ms" : "\(ratio(ms / 1e3)) s"
  }

  /// `2 minutes ago`
  static func age(of date: Date, now: Date) -> String {
    let seconds = Int(now.timeIntervalSince(date))
    switch seconds {
    case ..<10: return "just now"
    case ..<90: return "\(seconds) seconds ago"
    case ..<(90 * 60): return "\((seconds + 30) / 60) minutes ago"
    case ..<(36 * 3600): return "\((seconds + 1800) / 3600) hours ago"
    case ..<(60 * 86400): return "\((seconds + 43200) / 86400) days ago"
    default: return "\(seconds / (30 * 86400)) months ago"
    }
  }

  /// `1 candidate`, `3 candidates`
  static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A fixed number of decimals without `String(format:)`, which reads the locale.
  private static func fixed(_ value: Double, _ decimals: Int, _ rounding: FloatingPointRoundingRule) -> String {
    let scale = [1.0, 10, 100][decimals]
    // A hair towards the value itself, so that 2.30 does not become 2.31 because 2.3 has no exact binary form.
    let slack = rounding == .up ? -1e-9 : rounding == .down ? 1e-9 : 0
    let scaled = (value * scale + slack).rounded(rounding)
    guard abs(scaled) < 1e15 else { return value.description }
    let digits = Int(abs(scaled))
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(digits)" }
    let fraction = String(digits % Int(scale))
    return "\(sign)\(digits / Int(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
  }
}
