/// Leaves out of a failing run what the failure doesn't need (after Zeller and Hildebrandt, "Simplifying and Isolating
/// Failure-Inducing Input", 2002): ever smaller pieces, for as long as it fails without them. Steps are data, and one that
/// has lost its document does nothing, so any part of a run is a run.
struct Shrinking {
  /// A minute is worth it; a finding that takes long to repeat is told as it is.
  static let patience = Duration.seconds(60)

  var kind: ClientKind
  var finding: Finding

  func report(_ steps: [Step]) -> String {
    guard fails(steps) else {
      return "It does not fail again without what came between the blocks; its last operations:\n"
        + Self.list(steps.suffix(20))
    }
    let few = shrunk(steps)
    return "\(few.count) operations are enough:\n" + Self.list(few[...])
  }

  private func shrunk(_ steps: [Step]) -> [Step] {
    let deadline = ContinuousClock.now + Self.patience
    var steps = steps
    var size = max(1, steps.count / 2)
    while true {
      var start = 0
      while start < steps.count, ContinuousClock.now < deadline {
        var fewer = steps
        fewer.removeSubrange(start..<min(steps.count, start + size))
        if fails(fewer) { steps = fewer } else { start += size }
      }
      guard size > 1, ContinuousClock.now < deadline else { return steps }
      size /= 2
    }
  }

  /// Whether the steps end in a finding of the same beginning, which says what kind it is.
  private func fails(_ steps: [Step]) -> Bool {
    var session: Session?
    defer { session?.connection.hangUp() }
    do {
      session = try Session(kind)
      for step in steps { try session?.perform(step) }
      try session?.closeAll()
      return false
    } catch let other as Finding {
      return other.description.prefix(12) == finding.description.prefix(12)
    } catch {
      return false
    }
  }

  private static func list(_ steps: ArraySlice<Step>) -> String {
    steps.map { "  " + "\($0)".replacing("fuzz_server.", with: "").prefix(400) }.joined(separator: "\n")
  }
}
