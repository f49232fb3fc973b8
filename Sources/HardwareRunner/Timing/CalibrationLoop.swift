import CRunner

/// A fixed piece of work that needs one processor and no memory: how long it takes tells how fast a processor is right
/// now. Virtual machines show neither their frequency nor who shares the core with them; this does.
struct CalibrationLoop: Sendable {
  /// Steps of a chain in which each needs the one before: about 0.1 ms, since a step takes some four cycles whatever
  /// the processor could do side by side.
  static let steps = 60_000
  /// The best of so many, since an interrupt makes one longer and nothing makes one shorter.
  static let repetitions = 3
  /// How much longer than usual it may take. On a quiet machine the best of three stays within 3 %; a neighbour on the
  /// same core costs a quarter and more, and so does a processor that was told to slow down.
  static let tolerance = 1.1
  /// Rounds by which the usual is known.
  static let memory = 31
  static let atLeast = 5

  private var earlier: [Double] = []

  /// Nanoseconds of the best run now.
  static func run() -> Double {
    var best = UInt64.max
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<repetitions {
      let start = crunner_now()
      for _ in 0..<steps { state = state &* 0x5851_F42D_4C95_7F2D &+ 1 }
      best = min(best, crunner_now() - start)
    }
    // Its value is used, so that the work is done.
    return state == 0 ? 0 : Double(best)
  }

  /// Whether a run took longer than the ones before. A machine that stays slower becomes the usual: pairs taken then
  /// are comparable again.
  mutating func isSlowed(_ nanoseconds: Double) -> Bool {
    let usual = earlier.count < Self.atLeast ? nil : RobustStatistics.median(earlier)
    earlier = earlier.suffix(Self.memory - 1) + [nanoseconds]
    return usual.map { nanoseconds > Self.tolerance * $0 } ?? false
  }
}
