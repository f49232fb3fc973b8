import HardwareRunner

/// What was found of one pair.
struct PairRecord: Codable {
  struct Interval: Codable {
    var estimate: Double
    var low: Double
    var high: Double
    var pairs: Int

    init(_ ratio: TimingRatio) {
      estimate = ratio.ratio.estimate
      low = ratio.ratio.low
      high = ratio.ratio.high
      pairs = ratio.pairs
    }
  }

  /// The usual loop on the same two.
  struct Usual: Codable {
    var firstMs: Double
    var secondMs: Double
    var seconds: Double
  }

  var kind = "pair"
  var place: StudyPlan.Slot
  var op: String
  /// Repetitions of the op's own code and of the candidate.
  var repeats: Int
  var otherRepeats: Int
  /// `faster`, `slower`, `none` or `inconclusive`.
  var claim: String
  var detail: String
  /// State of the caches that the headline is about; nil where nothing was measured.
  var state: String?
  var cold: Interval?
  var warm: Interval?
  /// |ln ratio| that identical code showed.
  var noise: Double
  var stop: String
  var rounds: Int
  var disturbed: Int
  var warmup: Int
  var coldNullUs: Double
  var warmNullUs: Double
  var coldMs: Double?
  var warmMs: Double?
  /// Of the protocol: loading the candidate and timing it.
  var seconds: Double
  var usual: Usual
  var date: String
  var load: [Double]

  init(
    _ reading: ClockReading, usual: Usual, place: StudyPlan.Slot, op: StudyOp, variant: Variant, seconds: Double
  ) {
    let analysis = reading.analysis
    self.place = place
    self.op = op.name
    repeats = StudyOp.repeats
    otherRepeats = variant.repeats
    claim =
      reading.verdict == .verified
      ? "faster" : reading.isSlower ? "slower" : reading.verdict == .notFaster ? "none" : "inconclusive"
    detail = reading.detail
    state = analysis.headline?.state.rawValue
    cold = analysis.ratios.first { $0.state == .cold }.map(Interval.init)
    warm = analysis.ratios.first { $0.state == .warm }.map(Interval.init)
    noise = analysis.noiseBand
    stop = reading.stop
    rounds = analysis.rounds
    disturbed = analysis.disturbed
    warmup = reading.warmupRounds
    coldNullUs = analysis.nullMs[.cold, default: 0] * 1e3
    warmNullUs = analysis.nullMs[.warm, default: 0] * 1e3
    coldMs = analysis.median(0, .cold)?.estimate
    warmMs = analysis.median(0, .warm)?.estimate
    self.seconds = seconds
    self.usual = usual
    date = Machine.now
    load = Machine.load
  }
}

/// What of a call's time grows with its repetitions, in a plain process by its own clock; one a block.
struct ScaleRecord: Encodable {
  struct Line: Codable {
    var perRepeatMs: Double
    var fixedMs: Double
  }
  struct States: Codable {
    var cold: Line
    var warm: Line
  }
  let kind = "scale"
  var busy: Bool
  var block: Int
  var op: String
  var states: States
}
