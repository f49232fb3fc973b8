import Foundation
import HardwareRunner
import SourceIndex
import Store
import Synchronization
import Synthesis

/// Runs the agents side by side, has their candidates ranked, and decides which finalists the verification agent
/// judges; knows when to stop.
struct Supervisor: Sendable {
  let job: Job
  let verifier: VerificationAgent
  let agents: [any SynthesisAgent]
  let deadline: SearchDeadline
  let progress: ProgressTeller
  let early = EarlyAnswer()

  /// The whole search; what agents could not do comes back as findings.
  func search(on brief: Brief) async throws -> [String] {
    let findings = try await collectIdeas(brief)
    try Task.checkCancellation()
    try await judgeFinalists()
    return findings + (try await compilersShare())
  }

  private func collectIdeas(_ brief: Brief) async throws -> [String] {
    let first = try await collectIdeas(brief, of: agents.filter { !$0.waitsForOthers })
    return first + (try await collectIdeas(brief, of: agents.filter(\.waitsForOthers)))
  }

  private func collectIdeas(_ brief: Brief, of agents: [any SynthesisAgent]) async throws -> [String] {
    early.wait(for: agents.filter(\.isQuick).map(\.name))
    return try await withThrowingTaskGroup(of: String?.self) { group in
      for agent in agents {
        group.addTask {
          // On a busy machine too every agent gets one idea tried: a search that tries nothing is worth nothing.
          let isFirst = Mutex(true)
          do {
            try await agent.work(on: brief) { candidate in
              let first = isFirst.withLock { value in
                defer { value = false }
                return value
              }
              // An agent that waited for others comes too late where they have used up the time.
              let hasOthers = await verifier.hasRanked
              let isOwed = first && !(agent.waitsForOthers && hasOthers)
              guard !Task.isCancelled, isOwed || !deadline.rankingIsOver else { return .stopped }
              let feedback = await consider(candidate, isLate: agent.waitsForOthers)
              await hasShown(agent)
              return feedback
            }
            await hasShown(agent)
            return nil
          } catch is CancellationError {
            return nil
          } catch {
            return "\(agent.name): \(error)"
          }
        }
      }
      var findings: [String] = []
      for try await finding in group { if let finding { findings.append(finding) } }
      return findings
    }
  }

  /// Stores a candidate, shows it, and has it ranked.
  private func consider(_ candidate: ProposedCandidate, isLate: Bool) async -> Feedback {
    let record = CandidateRecord(
      id: candidate.summary.id, job: job.id.rawValue, opFingerprint: job.fingerprint, agent: candidate.summary.agent,
      idea: candidate.summary.idea, rule: candidate.rule, source: candidate.source,
      sourceHash: ContentHash.hexadecimal(of: candidate.source), labels: candidate.labels.map(\.rawValue))
    job.post(.proposed(candidate.summary), before: { try $0.insert(record) })
    if let why = await reasonNotToTry(candidate, isLate: isLate) {
      await verifier.leaveOut(candidate, because: "Not tried: \(why).")
      return .stopped
    }
    progress.trying(candidate.summary.idea)
    do {
      let feedback = try await verifier.rank(candidate)
      if case .ranked(let ratio) = feedback { progress.ranked(ratio) }
      return feedback
    } catch is CancellationError {
      return .stopped
    } catch {
      job.post(.finding("\(candidate.summary.idea) could not be tried: \(error)"))
      return .stopped
    }
  }

  private func reasonNotToTry(_ candidate: ProposedCandidate, isLate: Bool) async -> String? {
    // Two processes with the same code are never equally fast, and the luckier of them is no improvement.
    if candidate.rule == Proposal.compilerRule, job.request.verificationPolicy.usesCompile {
      return "as a baseline it is what every idea has to be faster than"
    }
    guard isLate, let best = await verifier.bestRatio, best > SearchLimits.clearGain else { return nil }
    return "it is seldom as fast as the best idea"
  }

  /// What a person should know of the baseline where nothing faster was found.
  private func compilersShare() async throws -> [String] {
    let judged = await verifier.judged.map(\.verification)
    guard !judged.contains(where: { $0.verdict == .verified }) else { return [] }
    var ratio = judged.lazy.compactMap(\.compilersShare).first
    if ratio == nil { ratio = try await verifier.rankCompiled() }
    guard let ratio, ratio > SearchLimits.worthTelling else { return [] }
    return [
      String(
        format: "torch.compile by itself runs it about %.1f times as fast as it is written; nothing faster was found.",
        ratio)
    ]
  }

  /// Once every quick agent's first idea was ranked (or it has none), and again after each idea: the best candidate gets the
  /// whole protocol at once if it is clearly ahead, so that a person has an answer while the search for a better one goes on.
  private func hasShown(_ agent: any SynthesisAgent) async {
    guard early.isOpen(after: agent.name), !Task.isCancelled, deadline.leavesTimeToVerify else { return }
    do {
      guard let best = await finalists().best, try await isClearlyAhead(best.coarse), early.take() else { return }
      _ = try await judge(best.candidate, number: 1)
    } catch {
      // Whatever stands in the way of it stands in the way of the finalists, who say so.
    }
  }

  private func isClearlyAhead(_ coarse: CoarseResult) async throws -> Bool {
    guard let ratio = coarse.ratio, ratio >= SearchLimits.likelyGain else { return false }
    guard let fastest = try await verifier.rankBaselines() else { return ratio >= SearchLimits.likelyEnough }
    return ratio >= fastest * SearchLimits.likelyGain
  }

  /// Gives the best of the coarse order the whole protocol, and a near tie too.
  private func judgeFinalists() async throws {
    var finalists = await finalists()
    var number = 0
    while let candidate = finalists.next(hasTime: deadline.leavesTimeToVerify) {
      try Task.checkCancellation()
      number += 1
      finalists.note(try await judge(candidate, number: number), of: candidate)
    }
  }

  private func finalists() async -> Finalists {
    let (ranked, judged) = (await verifier.ranked, await verifier.judged)
    return Finalists(ranked, order: CandidateOrder(allowed: job.request.settings.allow), judged: judged)
  }

  private func judge(_ candidate: ProposedCandidate, number: Int) async throws -> Verdict {
    progress.verifying(candidate.summary.idea, number: number)
    let verification = try await verifier.verify(candidate).verification
    if verification.verdict == .verified { progress.verified(verification.speedup?.ratio) }
    return verification.verdict
  }
}

extension Verification {
  /// How many times as fast the compiled baseline was as the op's own code; nil where they were not timed.
  fileprivate var compilersShare: Double? {
    func median(_ name: String) -> Double? { baselines.first { $0.name == name }?.medianMs }
    guard let eager = median("eager"), let compiled = median("torch.compile"), compiled > 0 else { return nil }
    return eager / compiled
  }
}

/// When trying ideas ends, and when the search does: counted from the beginning of the job, because that is what a person
/// waits for.
struct SearchDeadline: Sendable {
  private let start: ContinuousClock.Instant
  let budget: Duration

  init(seconds: Double, since start: ContinuousClock.Instant = .now) {
    budget = .seconds(seconds)
    self.start = start
  }

  private var left: Duration { budget - start.duration(to: .now) }

  /// So that what was found can still be verified; of a small budget a part is left for ideas.
  var rankingIsOver: Bool { left < min(SearchLimits.verification, budget * SearchLimits.verificationShare) }
  /// The last idea is tried for some seconds after trying ideas has ended.
  var leavesTimeToVerify: Bool { left > SearchLimits.verification - SearchLimits.lastIdea }
}
