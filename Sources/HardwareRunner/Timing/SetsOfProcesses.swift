import Foundation

/// A timing in two halves, the second with processes that were started anew.
///
/// Where a process's memory comes to lie makes the same code faster or slower for as long as the process lives: by some tenths
/// of a per cent as a rule, by a third where a virtual machine's pages are at stake (docs/timing.md). Rounds with the same
/// processes never average that out; it takes other processes.
enum SetsOfProcesses {
  /// Share of the time for the first set. What it makes clear is not timed again.
  static let firstShare = 0.5
  /// Speedups whose interval begins above this need no second set: identical code has been seen up to 1.3 times as fast.
  static let beyondLuck = 1.5

  static func firstPolicy(_ policy: VerificationPolicy) -> VerificationPolicy {
    var first = policy
    first.timingBudget *= firstShare
    return first
  }

  static func secondPolicy(_ policy: VerificationPolicy) -> VerificationPolicy {
    var second = policy
    second.timingBudget *= 1 - firstShare
    return second
  }

  /// Whether other processes could change the answer: a gain that luck could have made, no answer yet, or a gain that is
  /// within the noise of other code than what it is against, whose own noise only a second process can show.
  static func needsAnother(after first: TimingProtocol.Outcome, policy: VerificationPolicy) -> Bool {
    let analysis = first.analysis
    guard let headline = analysis.headline else { return first.stop == .budget }
    let low = analysis.measured(headline).low
    let isOthersNoise = !analysis.hasTwin(headline) && low > 1 && first.stop != .disturbed
    return switch TimingDecision(first, policy: policy).verdict {
    case .verified: low < beyondLuck
    case .inconclusive: first.stop == .budget || isOthersNoise
    default: isOthersNoise
    }
  }

  /// Both sets as one timing.
  ///
  /// - Parameter contenders: the second set's, who stand where they stood in the first; those that are new in it come after
  ///   all others.
  static func together(
    _ first: TimingProtocol.Outcome, _ second: TimingProtocol.Outcome, _ contenders: TimingContenders, seed: UInt64
  ) -> TimingProtocol.Outcome {
    let rounds = first.rounds.map { $0.padded(to: contenders.names.count) } + second.rounds
    var analysis = TimingAnalysis(rounds, contenders, seed: seed)
    // What twins showed in each set counts, not the middle of both.
    for baseline in contenders.baselines {
      for state in CacheState.allCases {
        let bands = [first, second].compactMap { $0.analysis.noise[baseline]?[state] }
        guard let widest = bands.max(by: { $0.logHalfWidth < $1.logHalfWidth }) else { continue }
        analysis.noise[baseline, default: [:]][state] = widest
      }
    }
    return TimingProtocol.Outcome(
      analysis: analysis, stop: second.stop, warmup: first.warmup + second.warmup, rounds: rounds,
      sets: [first.analysis, second.analysis])
  }
}
