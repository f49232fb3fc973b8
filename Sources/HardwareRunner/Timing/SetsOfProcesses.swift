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

  /// Whether other processes could change the answer: a gain that luck could have made, or no answer yet.
  static func needsAnother(after first: TimingProtocol.Outcome, policy: VerificationPolicy) -> Bool {
    switch TimingDecision(first, policy: policy).verdict {
    case .verified: first.analysis.headline.map { first.analysis.measured($0).low < beyondLuck } ?? true
    case .inconclusive: first.stop == .budget
    default: false
    }
  }

  /// Both sets as one timing. The contenders' positions mean the same in both.
  static func together(
    _ first: TimingProtocol.Outcome, _ second: TimingProtocol.Outcome, _ contenders: TimingContenders, seed: UInt64
  ) -> TimingProtocol.Outcome {
    let rounds = first.rounds + second.rounds
    var analysis = TimingAnalysis(rounds, contenders, seed: seed)
    // The twins have changed places: what they showed in each set counts, not the middle of both.
    for state in CacheState.allCases {
      analysis.noise[state] = [first, second].compactMap { $0.analysis.noise[state] }
        .max { $0.logHalfWidth < $1.logHalfWidth }
    }
    return TimingProtocol.Outcome(
      analysis: analysis, stop: second.stop, warmup: first.warmup + second.warmup, rounds: rounds,
      sets: [first.analysis, second.analysis])
  }
}
