import HardwareRunner

/// Which of the ranked candidates get the whole protocol, one after the other.
///
/// The best that the person permits comes first, whatever others promise: what needs consent is no answer without it. Then
/// the best of those, so that what it would bring can be offered, and then the permitted one's near ties.
struct Finalists {
  typealias Entry = (candidate: ProposedCandidate, coarse: CoarseResult)

  private let permitted: [Entry]
  private let others: [Entry]
  private var triedPermitted = 0
  private var hasTriedOther = false
  private var verified = 0

  init(_ ranked: [Entry], order: CandidateOrder) {
    let right = ranked.filter { $0.coarse.verdict == nil }
      .sorted { ($0.coarse.ratio ?? 0) > ($1.coarse.ratio ?? 0) }
    permitted = right.filter { order.isPermitted($0.coarse.labels) }
    others = right.filter { !order.isPermitted($0.coarse.labels) }
  }

  /// The next one; nil when no other is worth its time. A search that has tried nothing tries one even when time is up.
  /// - Parameter hasTime: whether another verification would end in time.
  mutating func next(hasTime: Bool) -> ProposedCandidate? {
    let best = permitted.first?.coarse.ratio ?? 0
    if triedPermitted > 0 || permitted.isEmpty, !hasTriedOther, let other = others.first,
      hasTime || permitted.isEmpty, (other.coarse.ratio ?? 0) > max(best, SearchLimits.hopeless)
    {
      hasTriedOther = true
      return other.candidate
    }
    guard triedPermitted < permitted.count, isWorthwhile(permitted[triedPermitted].coarse, hasTime: hasTime) else {
      return nil
    }
    triedPermitted += 1
    return permitted[triedPermitted - 1].candidate
  }

  /// What came of one.
  mutating func note(_ verdict: Verdict, of candidate: ProposedCandidate) {
    if verdict == .verified, permitted.contains(where: { $0.candidate.summary.id == candidate.summary.id }) {
      verified += 1
    }
  }

  private func isWorthwhile(_ coarse: CoarseResult, hasTime: Bool) -> Bool {
    if triedPermitted == 0 { return true }
    guard hasTime, triedPermitted < SearchLimits.finalists || verified == 0 else { return false }
    let ratio = coarse.ratio ?? 0
    return verified == 0
      ? ratio > SearchLimits.hopeless : ratio > (permitted.first?.coarse.ratio ?? 0) * SearchLimits.nearTie
  }
}
