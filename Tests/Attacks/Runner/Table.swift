import Foundation

/// What the suite prints: a line a submission as it goes, a line a strategy at the end.
struct Table {
  static let head = row("", "name", "strategy", "wanted", "got", "seconds")

  static func row(_ outcome: Outcome) -> String {
    let got = outcome.gate == "-" ? outcome.verdict : "\(outcome.verdict) @ \(outcome.gate)"
    var text = row(
      outcome.passed ? "ok" : "FAIL", outcome.name, outcome.group, outcome.wanted, got,
      String(format: "%.1f", outcome.seconds) + (outcome.isSecondTry ? " (second try)" : ""))
    if let complaint = outcome.complaint {
      text += "\n       \(complaint): \(outcome.summary.split(separator: "\n").first ?? "")"
    }
    return text
  }

  private static func row(
    _ mark: String, _ name: String, _ group: String, _ wanted: String, _ got: String, _ seconds: String
  ) -> String {
    let cells = [(mark, 4), (name, 36), (group, 15), (wanted, 34), (got, 24)]
    let left = cells.map { $0.0.padding(toLength: max($0.1, $0.0.count), withPad: " ", startingAt: 0) }
    return left.joined(separator: "  ") + "  " + seconds
  }

  /// A line a strategy, and one for the honest candidates.
  static func summary(_ outcomes: [Outcome]) -> [String] {
    let attacks = Dictionary(grouping: outcomes.filter(\.isAttack), by: \.group).sorted { $0.key < $1.key }
    var lines = attacks.map { group, members in
      "\(group): \(members.count { $0.passed }) of \(members.count) attacks stopped as they should be"
    }
    let honest = outcomes.filter { !$0.isAttack }
    if !honest.isEmpty {
      let faster = honest.count { $0.verdict == "verified" }
      lines.append(
        "honest: \(honest.count { $0.passed }) of \(honest.count) accepted (\(faster) of them found faster here and now)"
      )
    }
    return lines
  }
}
