import HardwareRunner
import Testing

@testable import Engine

@Suite("Who gets the whole protocol")
struct FinalistsTests {
  private func entry(_ idea: String, _ ratio: Double?, _ labels: [Label] = []) -> Finalists.Entry {
    let summary = CandidateSummary(id: idea, agent: "fusion", idea: idea, reason: "", exactness: "")
    let candidate = ProposedCandidate(summary: summary, rule: "", source: idea, replacement: nil, labels: labels)
    return (candidate, CoarseResult(verdict: ratio == nil ? .wrong : nil, detail: "", ratio: ratio, labels: labels))
  }

  /// The ideas in the order in which they are verified.
  private func order(
    _ entries: [Finalists.Entry], allow: Set<Label> = [], times: [Bool] = [true, true, true, true],
    verdicts: [Verdict] = [.verified, .verified, .verified, .verified], early: (String, Verdict)? = nil
  ) -> [String] {
    let judged = early.map { idea, verdict in
      JudgedCandidate(
        summary: entry(idea, nil).candidate.summary, source: idea, replacement: nil,
        verification: Verification(verdict: verdict, summary: "", device: "", deviceFingerprint: "", policy: ""))
    }
    var finalists = Finalists(
      entries, order: CandidateOrder(allowed: allow), judged: judged.map { [$0] } ?? [])
    var ideas: [String] = []
    while ideas.count < times.count, let next = finalists.next(hasTime: times[ideas.count]) {
      finalists.note(verdicts[ideas.count], of: next)
      ideas.append(next.summary.idea)
    }
    return ideas
  }

  @Test("the fastest first, and a near tie; nobody else once one is verified")
  func nearTies() {
    #expect(order([entry("a", 1.2), entry("b", 3), entry("c", 2.9), entry("d", 2.5)]) == ["b", "c"])
    #expect(order([entry("a", 1.2), entry("b", 3)]) == ["b"])
  }

  @Test("the next ones as long as none is verified, but no hopeless one, and none that was refused")
  func untilVerified() {
    let all = [entry("a", 0.5), entry("b", 3), entry("c", 1.5), entry("d", 1.1), entry("e", nil)]
    #expect(order(all, verdicts: [.wrong, .notFaster, .notFaster, .wrong]) == ["b", "c", "d"])
  }

  @Test("one even when time is up, however slow; no second one then")
  func timeIsUp() {
    #expect(order([entry("a", 0.5), entry("b", 0.4)], times: [false, false]) == ["a"])
    #expect(order([entry("a", 3, [.algebraicPruning])], times: [false, false]) == ["a"])
    #expect(order([], times: [true]).isEmpty)
  }

  @Test("what needs consent comes after the best that needs none, if it is faster and there is time")
  func consent() {
    let pruned = entry("pruned", 100, [.algebraicPruning])
    let all = [pruned, entry("b", 3), entry("c", 2.9)]
    #expect(order(all) == ["b", "pruned", "c"])
    #expect(order(all, times: [true, false, false]) == ["b"])
    #expect(order(all, allow: [.algebraicPruning]) == ["pruned"])
    #expect(order([entry("pruned", 2, [.algebraicPruning]), entry("b", 3)]) == ["b"])
  }

  @Test("who was judged before the others were ranked isn't judged again; who is faster or a near tie is")
  func early() {
    let all = [entry("a", 2), entry("b", 2.9), entry("c", 3), entry("d", 2.8)]
    #expect(order(all, early: ("a", .verified)) == ["c"])
    #expect(order(all, early: ("c", .verified)) == ["b"])
    #expect(order([entry("a", 2), entry("b", 1.5)], early: ("a", .verified)).isEmpty)
    #expect(order([entry("a", 2), entry("b", 1.5)], early: ("a", .wrong)) == ["b"])
    #expect(order(all, times: [false], early: ("a", .verified)).isEmpty)
    // One that was refused before it was ranked is nobody's rival.
    #expect(order([entry("a", nil), entry("b", 1.5)], early: ("a", .wrong)) == ["b"])
  }
}
