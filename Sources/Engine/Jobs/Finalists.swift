import HardwareRunner

/// Which of the ranked candidates get the whole protocol, one after the other.
///
/// The best that the person permits comes first, whatever others promise: what needs consent is no answer without it. Then
/// the best of those, so that what it would bring can be offered, and then the permitted one's near ties.
struct Finalists {
  typealias Entry = (candidate: ProposedCandidate, coarse: CoarseResult)

  private let permitted: [Entry]
  private let others: [Entry]
  /// Of the permitted candidates that had the whole protocol.
  private var tried: Set<String> = []
  private var hasTriedOther = false
  private var verified = 0

  /// - Parameter judged: what was found of some before the others were ranked.
  init(_ ranked: [Entry], order: CandidateOrder, judged: [JudgedCandidate] = []) {
    let right = ranked.filter { $0.coarse.verdict == nil }
      .sorted { ($0.coarse.ratio ?? 0) > ($1.coarse.ratio ?? 0) }
    permitted = right.filter { order.isPermitted($0.coarse.labels) }
    others = right.filter { !order.isPermitted($0.coarse.labels) }
    for candidate in judged where permitted.contains(where: { $0.candidate.summary.id == candidate.summary.id }) {
      tried.insert(candidate.summary.id)
      if candidate.verification.verdict == .verified { verified += 1 }
    }
  }

  /// The fastest that the person permits, as far as is known.
  var best: Entry? { permitted.first }

  /// The next one; nil when no other is worth its time. A search that has tried nothing tries one even when time is up.
  /// - Parameter hasTime: whether another verification would end in time.
  mutating func next(hasTime: Bool) -> ProposedCandidate? {
    let best = best?.coarse.ratio ?? 0
    if !tried.isEmpty || permitted.isEmpty, !hasTriedOther, let other = others.first,
      hasTime || permitted.isEmpty, (other.coarse.ratio ?? 0) > max(best, SearchLimits.hopeless)
    {
      hasTriedOther = true
      return other.candidate
    }
    guard let first = permitted.first(where: { !tried.contains($0.candidate.summary.id) }),
      isWorthwhile(first.coarse, hasTime: hasTime)
    else { return nil }
    tried.insert(first.candidate.summary.id)
    return first.candidate
  }

  /// What came of one.
  mutating func note(_ verdict: Verdict, of candidate: ProposedCandidate) {
    if verdict == .verified, permitted.contains(where: { $0.candidate.summary.id == candidate.summary.id }) {
      verified += 1
    }
  }

  private func isWorthwhile(_ coarse: CoarseResult, hasTime: Bool) -> Bool {
    if tried.isEmpty { return true }
    guard hasTime, tried.count < SearchLimits.finalists || verified == 0 else { return false }
    let ratio = coarse.ratio ?? 0
    return verified == 0
      ? ratio > SearchLimits.hopeless : ratio > (best?.coarse.ratio ?? 0) * SearchLimits.nearTie
  }
}
