import Foundation

/// Gives the rounds of a timing. The live one calls workers; tests give recorded times.
protocol TimingSource: Sendable {
  /// Times every contender of `active` once cold and once warm, in the order given.
  func round(order: [Int]) async throws -> TimingRound
}

/// Why a timing stopped.
enum TimingStop: String, Sendable, Hashable {
  /// The interval became narrow enough.
  case precise
  /// Time or pairs ran out first.
  case budget
  /// Too many rounds were disturbed.
  case disturbed
}

/// The rounds of a timing and the rule that ends them. What is measured is the source's business.
struct TimingProtocol: Sendable {
  var policy: VerificationPolicy
  var contenders: TimingContenders
  /// Seed of the random orders and of the bootstrap.
  var seed: UInt64
  /// Whether other processes are timed after these: rounds then end when the candidate is clearly ahead, since it is the
  /// others that have something to add.
  var isFirstOfSeveral = false

  /// Warm-up ends when the median of the last three rounds differs from that of the three before by at most this, for
  /// every contender; a JIT or a growing thread pool shows as a trend.
  static let stability = 0.05
  static let warmupRounds = 4...16
  /// Rounds between two looks at the interval: looking after every round would stop at a lucky moment too often.
  static let rhythm = 5
  /// More disturbed rounds than this many times the quiet ones (and the minimum) end the timing.
  static let disturbedShare = 2

  struct Outcome: Sendable {
    var analysis: TimingAnalysis
    var stop: TimingStop
    var warmup: Int
    var rounds: [TimingRound]
    /// What each set of processes showed by itself, where there was more than one (``SetsOfProcesses``).
    var sets: [TimingAnalysis] = []
  }

  /// - Parameters:
  ///   - now: seconds that have passed, for the budget.
  ///   - clear: called once, at the first look at which the candidate is ahead by so much that it would be verified if the
  ///     interval were three times as wide: the rest of the time goes into how much it is.
  func run(
    _ source: some TimingSource, now: @Sendable () -> Double, clear: @Sendable (TimingAnalysis) -> Void = { _ in }
  ) async throws -> Outcome {
    var generator = SeededGenerator(seed: seed)
    let start = now()
    var warmup: [TimingRound] = []
    while warmup.count < Self.warmupRounds.upperBound && !isStable(warmup) {
      if now() - start > policy.timingBudget / 3 && warmup.count >= 1 { break }
      warmup.append(try await source.round(order: shuffled(&generator)))
    }
    var rounds: [TimingRound] = []
    var stop = TimingStop.budget
    var isClear = false
    measuring: while true {
      for _ in 0..<Self.rhythm {
        rounds.append(try await source.round(order: shuffled(&generator)))
        if now() - start > policy.timingBudget { break }
      }
      let quiet = rounds.count { !$0.disturbed }
      if quiet >= policy.minimumPairs {
        let analysis = TimingAnalysis(rounds, contenders, seed: seed)
        if !isClear && Self.isClear(analysis) {
          isClear = true
          clear(analysis)
        }
        if isPrecise(analysis) {
          stop = .precise
          break measuring
        }
        if isClear, isFirstOfSeveral, Self.needsOthers(analysis) { break measuring }
      }
      if quiet >= policy.maximumPairs || now() - start > policy.timingBudget { break measuring }
      if rounds.count - quiet > Self.disturbedShare * max(quiet, policy.minimumPairs) {
        stop = .disturbed
        break measuring
      }
    }
    return Outcome(
      analysis: TimingAnalysis(rounds, contenders, seed: seed), stop: stop, warmup: warmup.count, rounds: rounds)
  }

  private func shuffled(_ generator: inout SeededGenerator) -> [Int] {
    contenders.names.indices.shuffled(using: &generator)
  }

  /// The headline decides: other ratios may stay wider.
  private func isPrecise(_ analysis: TimingAnalysis) -> Bool {
    guard let headline = analysis.headline else { return false }
    return headline.logHalfWidth <= policy.halfWidth
  }

  private static func needsOthers(_ analysis: TimingAnalysis) -> Bool {
    guard let headline = analysis.headline else { return true }
    return analysis.measured(headline).high < SetsOfProcesses.beyondLuck
  }

  private static func isClear(_ analysis: TimingAnalysis) -> Bool {
    guard let headline = analysis.headline else { return false }
    return log(analysis.measured(headline).low) - analysis.noiseBand(of: headline) > 2 * headline.logHalfWidth
  }

  private func isStable(_ rounds: [TimingRound]) -> Bool {
    guard rounds.count >= max(Self.warmupRounds.lowerBound, 6) else { return false }
    let last = rounds.suffix(3)
    let before = rounds.dropLast(3).suffix(3)
    return contenders.names.indices.allSatisfy { index in
      guard
        let now = RobustStatistics.median(last.compactMap { $0.warmMs[index] }),
        let then = RobustStatistics.median(before.compactMap { $0.warmMs[index] }), then > 0
      else { return true }
      return abs(now / then - 1) <= Self.stability
    }
  }
}
