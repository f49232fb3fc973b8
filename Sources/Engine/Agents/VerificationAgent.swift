import Foundation
import HardwareRunner
import Store

/// The only one who gives verdicts. Owns the oracle and the baselines through a `VerificationSession`; the other agents
/// hand it candidates and hear verdicts and counterexamples, nothing else.
actor VerificationAgent {
  private let session: VerificationSession
  private let job: Job
  private let environment: ResolvedEnvironment
  private let earlier: EarlierWork
  private let memory: ScheduleMemory?

  /// How PyTorch's compiler was ranked, or is being ranked.
  private var compiled: Task<Double?, any Error>?

  private(set) var judged: [JudgedCandidate] = []
  private(set) var ranked: [(candidate: ProposedCandidate, coarse: CoarseResult)] = []

  /// - Parameter memory: where what is measured is kept for the next op like this one.
  init(
    session: VerificationSession, job: Job, environment: ResolvedEnvironment, earlier: EarlierWork,
    memory: ScheduleMemory?
  ) {
    self.session = session
    self.job = job
    self.environment = environment
    self.earlier = earlier
    self.memory = memory
  }

  /// Tries a candidate quickly: a verdict when it is refused, a coarse ratio when it seems right.
  func rank(_ candidate: ProposedCandidate) async throws -> Feedback {
    if let known = earlier.verdict(onSource: candidate.source) {
      record(candidate, known, isNew: false)
      switch known.verdict {
      case .verified, .notFaster, .inconclusive: return .ranked(ratio: known.speedup?.ratio ?? 1)
      case .wrong, .cheating, .unsafe, .stale: return .refused(known)
      }
    }
    let coarse = try await session.rank(candidate.forVerification)
    if let verdict = coarse.verdict {
      if verdict.isRefusal { await memory?.note(candidate, ratio: nil) }
      let refusal = coarse.asVerification(on: environment.device)
      record(candidate, refusal, isNew: true)
      return .refused(refusal)
    }
    if let ratio = coarse.ratio { await memory?.note(candidate, ratio: ratio) }
    ranked.append((candidate, coarse))
    return .ranked(ratio: coarse.ratio ?? 0)
  }

  /// Notes a candidate that isn't worth trying any more.
  func leaveOut(_ candidate: ProposedCandidate, because detail: String) {
    ranked.append((candidate, CoarseResult(verdict: .inconclusive, detail: detail, labels: candidate.labels)))
  }

  /// Whether any candidate was tried.
  var hasRanked: Bool { !ranked.isEmpty || !judged.isEmpty }

  /// The best coarse ratio to the user's own code so far; nil before there is one.
  var bestRatio: Double? { ranked.compactMap(\.coarse.ratio).max() }

  /// The whole protocol.
  func verify(_ candidate: ProposedCandidate) async throws -> JudgedCandidate {
    let verification = try await session.verify(candidate.forVerification)
    if verification.verdict.isRefusal { await memory?.note(candidate, ratio: nil) }
    return record(candidate, verification, isNew: true)
  }

  /// How many times as fast `torch.compile` of the op is, about; nil where there is no such baseline.
  func rankCompiled() async throws -> Double? {
    let ranking = compiled ?? Task { [session] in try await session.rankCompiled() }
    compiled = ranking
    return try await ranking.value
  }

  /// How many times as fast as the user's own code the fastest baseline is, about; nil as long as PyTorch's compiler is at
  /// work.
  func rankBaselines() async throws -> Double? {
    guard await session.hasCompiled else { return nil }
    return max(try await rankCompiled() ?? 1, 1)
  }

  @discardableResult
  private func record(
    _ candidate: ProposedCandidate, _ verification: Verification, isNew: Bool
  ) -> JudgedCandidate {
    let result = JudgedCandidate(
      summary: candidate.summary, source: candidate.source, replacement: candidate.replacement,
      verification: verification)
    judged.append(result)
    if isNew {
      let verdict = VerdictRecord(result, job: job.id, fingerprint: job.fingerprint, tools: environment.tools)
      job.post(.judged(result), before: { writer in if let verdict { try writer.insert(verdict) } })
    }
    return result
  }

  func close() async {
    await session.close()
  }
}

extension Verdict {
  /// Nothing that could be offered, however fast.
  fileprivate var isRefusal: Bool {
    switch self {
    case .wrong, .cheating, .unsafe: true
    case .verified, .notFaster, .inconclusive, .stale: false
    }
  }
}

extension CoarseResult {
  /// A coarse look as a verification: what ended it early, or that it was right on quick checks and no finalist. It
  /// never claims anything.
  func asVerification(on device: DeviceFacts) -> Verification {
    Verification(
      verdict: verdict ?? .inconclusive,
      summary: verdict == nil ? "Right on quick checks and not among the finalists: \(detail)" : detail,
      device: device.name, deviceFingerprint: device.fingerprint, labels: labels, counterexample: counterexample,
      errorRatio: errorRatio, policy: VerificationPolicy.currentVersion)
  }
}

extension ProposedCandidate {
  var forVerification: CandidateSource {
    CandidateSource(
      source: source, idea: summary.idea, agent: summary.agent, labels: labels, minimumBytes: minimumBytes,
      minimumFlops: minimumFlops)
  }
}
