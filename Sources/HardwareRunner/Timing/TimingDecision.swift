import Foundation

/// What a timing allows to be claimed. Pure.
struct TimingDecision: Sendable, Hashable {
  var verdict: Verdict
  var detail: String

  /// - `verified`: the lower bound beats the noise band; and where the interval is wider than the stop rule wants,
  ///   beats it by another half-width, so that it would hold if the interval were twice as wide. Of several sets of
  ///   processes each has to beat the band.
  /// - `not-faster`: the interval is narrow enough and doesn't beat the noise, or lies below 1 altogether. A wide noise
  ///   band alone is ignorance, not an answer.
  /// - `inconclusive`: anything else.
  ///
  /// - Parameter sets: what each set of processes showed by itself, where there was more than one.
  init(_ analysis: TimingAnalysis, stop: TimingStop, sets: [TimingAnalysis] = [], policy: VerificationPolicy) {
    guard let headline = analysis.headline, headline.pairs > 0 else {
      verdict = .inconclusive
      detail = "No undisturbed pair of times could be had: the machine was busy."
      return
    }
    let noise = analysis.noiseBand(of: headline)
    let name = analysis.contenders.names[headline.baseline]
    let stated = analysis.stated(headline)
    let interval = String(
      format: "%.3f× [%.3f, %.3f] against %@ with %@ caches", stated.estimate, stated.low, stated.high, name,
      headline.state.rawValue)
    let band = String(format: "identical code shows up to ±%.1f %%", (exp(noise) - 1) * 100)
    let precise = headline.logHalfWidth <= policy.halfWidth
    let enough = headline.pairs >= policy.minimumPairs
    let margin = log(analysis.measured(headline).low) - noise
    let isClaimed = enough && margin > 0 && (precise || margin > headline.logHalfWidth)
    let own = sets.compactMap { $0.smallest(against: headline.baseline, headline.state)?.ratio.estimate }
    if isClaimed, own.count < sets.count || own.contains(where: { log($0) <= noise }) {
      verdict = .inconclusive
      let list = own.map { String(format: "%.3f×", $0) }.joined(separator: " and ")
      detail = "\(interval): started anew, the same code came to something else (\(list)); \(band)."
    } else if isClaimed {
      verdict = .verified
      detail = "\(interval); \(band)."
    } else if enough && (precise || headline.ratio.high <= 1) {
      verdict = .notFaster
      detail = "\(interval), no faster than noise allows to say: \(band)."
    } else {
      verdict = .inconclusive
      let reason =
        switch stop {
        case .disturbed: "the machine was busy (\(analysis.disturbed) rounds disturbed)"
        case .budget: "the time allowed ended before the interval was narrow enough"
        case .precise: "too few pairs"
        }
      detail = "\(interval): \(reason); \(band)."
    }
  }
}

extension TimingDecision {
  init(_ outcome: TimingProtocol.Outcome, policy: VerificationPolicy) {
    self.init(outcome.analysis, stop: outcome.stop, sets: outcome.sets, policy: policy)
  }
}
