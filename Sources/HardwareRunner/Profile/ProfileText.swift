import Foundation

/// Figures as a person reads them beside the code.
enum ProfileText {
  /// Two figures: `52 µs`, `3.2 ms`, `41 ms`, `1.2 s`.
  static func duration(ms: Double) -> String {
    if (ms * 1e3).rounded() < 1000 {
      let us = ms * 1e3
      return us < 9.95 ? String(format: "%.1f µs", us) : String(format: "%.0f µs", us)
    }
    if ms.rounded() < 1000 { return ms < 9.95 ? String(format: "%.1f ms", ms) : String(format: "%.0f ms", ms) }
    return String(format: "%.1f s", ms / 1e3)
  }

  /// `41 %`; never more than all and never a nothing that is something.
  static func percent(_ fraction: Double) -> String {
    if fraction > 0, fraction < 0.005 { return "<1 %" }
    return String(format: "%.0f %%", min(fraction, 1) * 100)
  }

  /// `64 MiB`
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "KiB", "MiB"] {
      if value < 1023.5 {
        return value < 9.95 && unit != "B"
          ? String(format: "%.1f \(unit)", value) : String(format: "%.0f \(unit)", value)
      }
      value /= 1024
    }
    return String(format: "%.1f GiB", value)
  }

  /// Small numbers as words: `five`.
  static func number(_ value: Int) -> String {
    let words = [
      "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]
    return words.indices.contains(value) ? words[value] : "\(value)"
  }

  /// The hint at the end of a line: time, share, and how close to the roof.
  static func hint(ms: Double, share: Double, fraction: Double?, roof: RoofBinding?) -> String {
    var parts = [duration(ms: ms), percent(share)]
    if let fraction, let roof { parts.append("\(percent(fraction)) of \(roof.rawValue) roof") }
    return parts.joined(separator: " · ")
  }
}
