import Foundation

/// State of the caches when a timed call begins.
public enum CacheState: String, Sendable, Codable, Hashable, CaseIterable {
  /// The trusted side has just written through twice the last-level cache.
  case cold
  /// The same contender was called right before, on other inputs.
  case warm
}

/// Times of one round: every contender once with cold and once with warm caches, in random order, on the same inputs.
public struct TimingRound: Sendable, Hashable {
  /// Milliseconds by contender. A contender may sit a round out (nil).
  public var coldMs: [Double?]
  public var warmMs: [Double?]
  /// Milliseconds of a null call in the same round, to be taken off all of them (``TimingAnalysis``); nil where it was
  /// taken off already.
  public var nullMs: [CacheState: Double] = [:]
  /// Whether something else used the machine meanwhile: such a round is kept for the record and measured again.
  public var disturbed: Bool

  public init(coldMs: [Double?], warmMs: [Double?], disturbed: Bool = false) {
    self.coldMs = coldMs
    self.warmMs = warmMs
    self.disturbed = disturbed
  }

  func times(_ state: CacheState) -> [Double?] {
    state == .cold ? coldMs : warmMs
  }

  /// As a round that more contenders could have taken part in.
  func padded(to count: Int) -> TimingRound {
    var round = self
    round.coldMs += [Double?](repeating: nil, count: count - coldMs.count)
    round.warmMs += [Double?](repeating: nil, count: count - warmMs.count)
    return round
  }

  /// Without what the null calls of all rounds took, which makes a time that is all overhead none.
  func less(_ nullMs: [CacheState: Double]) -> TimingRound {
    func corrected(_ state: CacheState) -> [Double?] {
      times(state).map { time in time.map { $0 - nullMs[state, default: 0] }.flatMap { $0 > 0 ? $0 : nil } }
    }
    var round = self
    (round.coldMs, round.warmMs, round.nullMs) = (corrected(.cold), corrected(.warm), [:])
    return round
  }
}

/// Who is timed, by position in a round.
public struct TimingContenders: Sendable, Hashable {
  public var names: [String]
  /// Position of the candidate.
  public var candidate: Int
  /// Positions of the baselines.
  public var baselines: [Int]
  /// Second processes of baselines, for the A/A runs.
  public var twins: [Twin]
  /// Whether the call that is taken off reads the inputs and writes outputs (``NullCall``).
  var touches = true

  /// A baseline's position, and that of the same code in another process.
  public struct Twin: Sendable, Hashable {
    public var original: Int
    public var copy: Int
    public init(original: Int, copy: Int) {
      self.original = original
      self.copy = copy
    }
  }

  public init(names: [String], candidate: Int, baselines: [Int], twins: [Twin] = []) {
    self.names = names
    self.candidate = candidate
    self.baselines = baselines
    self.twins = twins
  }
}

/// A ratio against one process of a baseline with caches in one state.
public struct TimingRatio: Sendable, Hashable {
  public var baseline: Int
  /// Position of the process: the baseline's own or its twin's.
  public var process: Int
  public var state: CacheState
  /// Baseline over candidate: above 1 the candidate is faster.
  public var ratio: ConfidenceInterval
  public var pairs: Int

  /// Half-width of the interval of the log-ratio.
  public var logHalfWidth: Double { (log(ratio.high) - log(ratio.low)) / 2 }
}

/// Everything that the rounds of one timing say.
public struct TimingAnalysis: Sendable {
  public var contenders: TimingContenders
  /// Undisturbed rounds.
  public var rounds: Int
  public var disturbed: Int
  public var ratios: [TimingRatio]
  /// What identical code showed, by baseline and by the state of the caches; nothing without an A/A run.
  public var noise: [Int: [CacheState: NoiseBand]]
  /// Median time with its interval, milliseconds, by contender.
  public var cold: [ConfidenceInterval?]
  public var warm: [ConfidenceInterval?]
  /// What was taken off every time, milliseconds.
  public var nullMs: [CacheState: Double]
  /// Share of samples that were flagged as outliers (and kept).
  public var outliers: Double

  /// - Parameter seed: of the bootstrap; the same rounds and seed give the same figures.
  public init(_ rounds: [TimingRound], _ contenders: TimingContenders, seed: UInt64 = 1) {
    self.contenders = contenders
    let undisturbed = rounds.filter { !$0.disturbed }
    nullMs = [:]
    for state in CacheState.allCases {
      let null = undisturbed.compactMap { $0.nullMs[state] }
      if !null.isEmpty { nullMs[state] = NullCall.middle(null) }
    }
    let quiet = undisturbed.map { [nullMs] in $0.less(nullMs) }
    self.rounds = quiet.count
    disturbed = rounds.count - quiet.count
    ratios = []
    noise = [:]
    for state in CacheState.allCases {
      // Of each baseline the twins that are luckier than its own process.
      var luckier: [Int: [Int]] = [:]
      for twin in contenders.twins {
        let pairs = Self.pairs(quiet, state, twin.original, twin.copy)
        guard let interval = pairs.logInterval(seed: seed) else { continue }
        noise[twin.original, default: [:]][state] = NoiseBand(identical: interval)
        if interval.low > Self.luck { luckier[twin.original, default: []].append(twin.copy) }
      }
      for baseline in contenders.baselines {
        for process in [baseline] + luckier[baseline, default: []] {
          let pairs = Self.pairs(quiet, state, process, contenders.candidate)
          guard let ratio = pairs.ratio(seed: seed) else { continue }
          ratios.append(
            TimingRatio(
              baseline: baseline, process: process, state: state, ratio: ratio, pairs: pairs.logRatios.count))
        }
      }
    }
    func summaries(_ state: CacheState) -> [ConfidenceInterval?] {
      contenders.names.indices.map { index in
        Bootstrap.median(of: quiet.compactMap { $0.times(state)[index] }, seed: seed)
      }
    }
    cold = summaries(.cold)
    warm = summaries(.warm)
    let flags = CacheState.allCases.flatMap { state in
      contenders.names.indices.flatMap { index in
        RobustStatistics.outlierFlags(quiet.compactMap { $0.times(state)[index] })
      }
    }
    outliers = flags.isEmpty ? 0 : Double(flags.count { $0 }) / Double(flags.count)
  }

  /// How much faster than its twin, as ln ratio and beyond doubt, makes a process the lucky one. Less is for the noise band: the
  /// smallest of ratios that differ by chance only would be less than the true one.
  private static let luck = 0.02

  private static func pairs(
    _ rounds: [TimingRound], _ state: CacheState, _ baseline: Int, _ candidate: Int
  ) -> PairedRatios {
    var first: [Double] = []
    var second: [Double] = []
    for round in rounds {
      guard let a = round.times(state)[baseline], let b = round.times(state)[candidate] else { continue }
      first.append(a)
      second.append(b)
    }
    return PairedRatios(baseline: first, candidate: second)
  }

  /// Against the fastest process of the fastest baseline and with the less favourable caches: the smallest of the ratios.
  /// A baseline's process that had bad luck with its memory is nothing to be ahead of while its twin had none.
  public var headline: TimingRatio? {
    ratios.min { $0.ratio.estimate < $1.ratio.estimate }
  }

  /// Against the fastest process of a baseline, with the less favourable caches where none are named.
  public func smallest(against baseline: Int, _ state: CacheState? = nil) -> TimingRatio? {
    ratios.filter { $0.baseline == baseline && $0.state == state ?? $0.state }
      .min { $0.ratio.estimate < $1.ratio.estimate }
  }

  /// Whether a baseline may be the fastest, as far as the intervals say.
  func mayCount(_ baseline: Int) -> Bool {
    guard let headline, let own = smallest(against: baseline) else { return false }
    return own.ratio.low <= headline.ratio.high
  }

  /// Whether the code that a ratio is against ran in a second process too.
  func hasTwin(_ ratio: TimingRatio) -> Bool { noise[ratio.baseline] != nil }

  /// The wider of the bands of a ratio's own baseline, as |ln ratio|. Of one without a twin, the widest of all; 0 without any
  /// A/A run.
  public func noiseBand(of ratio: TimingRatio) -> Double {
    let bands = noise[ratio.baseline]?.values.map { $0 } ?? noise.values.flatMap(\.values)
    return bands.map(\.logHalfWidth).max() ?? 0
  }

  /// The headline's noise band; 0 without a headline.
  public var noiseBand: Double { headline.map(noiseBand(of:)) ?? 0 }

  public func median(_ contender: Int, _ state: CacheState) -> ConfidenceInterval? {
    state == .cold ? cold[contender] : warm[contender]
  }
}
