import Foundation
import HardwareRunner
import SourceIndex
import Store
import Synthesis

/// **Optimize this op**, from the request to the result.
struct OptimizationJob: Sendable {
  let job: Job
  let environments: WorkspaceEnvironments
  let store: Store
  let earlier: EarlierWork

  func run() async throws -> EngineEvent.Body {
    let progress = ProgressTeller(job: job)
    let deadline = SearchDeadline(seconds: job.request.settings.budgetSeconds)

    progress.phase(0...0.05, "looking at the environment")
    let environment = try await environments.resolve(job.request.settings, registry: job.registry)
    let reference = try job.request.reference()
    if earlier.judged > 0 { job.post(.finding("Taken up again: \(earlier.judged) candidates were judged before.")) }

    progress.phase(0.05...0.25, "running the op on its example inputs")
    let (session, capture, profile) = try await start(reference, environment, progress)
    do {
      let headroom = Headroom(measuredMs: profile.totalMs, on: environment.device)
      let request = capture.request(job.request.op, environment)
      var (findings, ideas): ([Finding], RuleIdeas?) = ([], nil)
      if let request {
        (findings, ideas) = (Synthesizer.findings(for: request), await RuleIdeas(for: request, headroom: headroom))
      } else if let parts = capture.segmented(job.request.op, environment) {
        (findings, ideas) = (Synthesizer.findings(for: parts), await RuleIdeas(for: parts, headroom: headroom))
      }
      let reasons = findings.map(\.reason)
      for reason in reasons { job.post(.finding(reason)) }
      if let reason = ideas?.reasonToStop {
        job.post(.finding(reason))
        await session.close()
        return .finished(OptimizationResult(best: nil, candidates: [], findings: [reason] + reasons, date: Date()))
      }
      progress.phase(0.25...0.55, "looking for ideas")
      let memory = request.map {
        ScheduleMemory(
          $0, deviceFingerprint: environment.device.fingerprint,
          torchVersion: environment.runner.python.torchVersion, store: store)
      }
      let verifier = VerificationAgent(
        session: session, job: job, environment: environment, earlier: earlier, memory: memory)
      let supervisor = Supervisor(
        job: job, verifier: verifier, agents: try await agents(ideas), deadline: deadline, progress: progress)
      let brief = Brief(
        reference: reference, inputs: capture.inputs, device: environment.device,
        toolchain: environment.runner.toolchain?.version, profile: profile,
        remembered: await memory?.recall(until: earlier.began) ?? RememberedSchedules(),
        guidance: job.request.allGuidance, provenance: provenance(environment))
      let shortfalls = try await supervisor.search(on: brief)
      await session.close()
      let all = [capture.problem].compactMap { $0 } + reasons + shortfalls
      return .finished(await outcome(verifier, environment, findings: all))
    } catch {
      await session.close()
      throw (error as? VerificationProblem).map { EngineError($0) } ?? error
    }
  }

  /// The session, and what is known of the op before anything is tried. The session's processes load PyTorch while the op
  /// is captured and profiled; from the end of this on `torch.compile` is at work in the background.
  private func start(
    _ reference: OpReference, _ environment: ResolvedEnvironment, _ progress: ProgressTeller
  ) async throws -> (VerificationSession, OpCapture, ProfileView) {
    let looking = Task {
      let (worker, description) = try await OpCapture.load(reference, environment)
      defer { worker.terminate() }
      // First: tracing leaves a process that is not as it was.
      let profile = try await ProfileJob(job: job, environments: environments, store: store)
        .profile(reference, environment, in: worker)
      let capture = try await OpCapture.run(in: worker, description)
      if let problem = capture.problem { job.post(.finding(problem)) }
      return (capture, profile)
    }
    let session: VerificationSession
    do {
      session = try await withTaskCancellationHandler {
        try await VerificationSession(
          reference: reference, environment: environment.runner, device: environment.device,
          policy: job.request.verificationPolicy, quiet: { _ = await looking.result }
        ) { step in
          progress.within(step.fraction, step.message)
        }
      } onCancel: {
        looking.cancel()
      }
    } catch {
      looking.cancel()
      // Of two that the op itself is the reason for, the one that a person would have been told without the other.
      if case .failure(let first) = await looking.result, first is EngineError { throw first }
      throw (error as? VerificationProblem).map { EngineError($0) } ?? error
    }
    do {
      let (capture, profile) = try await looking.value
      return (session, capture, profile)
    } catch {
      await session.close()
      throw error
    }
  }

  /// The rule agents, and a language model where one is configured.
  private func agents(_ ideas: RuleIdeas?) async throws -> [any SynthesisAgent] {
    var agents: [any SynthesisAgent] = Synthesizer.agents.map { name in
      RuleAgent(name: name, ideas: ideas?.of(name) ?? []) { job.post(.finding($0)) }
    }
    if let model = try await ModelAgent.configured(job: job, store: store, earlier: earlier) { agents.append(model) }
    return agents
  }

  /// Lines at the head of generated code. No date: the same idea must give the same text, so that a job that is taken
  /// up again recognises what it has judged.
  private func provenance(_ environment: ResolvedEnvironment) -> [String] {
    [
      "Generated by Kernelwright for \(job.request.op.name), fingerprint \(job.fingerprint).",
      "Made on \(environment.device.name) with PyTorch \(environment.runner.python.torchVersion ?? "?").",
    ]
  }

  private func outcome(
    _ verifier: VerificationAgent, _ environment: ResolvedEnvironment, findings: [String]
  ) async -> OptimizationResult {
    let judged = await verifier.judged
    let ranked = await verifier.ranked
    let judgedIDs = Set(judged.map(\.summary.id))
    let others = ranked.filter { !judgedIDs.contains($0.candidate.summary.id) }.map { entry in
      JudgedCandidate(
        summary: entry.candidate.summary, source: entry.candidate.source, replacement: nil,
        verification: entry.coarse.asVerification(on: environment.device))
    }
    let order = CandidateOrder(allowed: job.request.settings.allow)
    let candidates = (judged + others).sorted(by: order.precedes)
    return OptimizationResult(
      best: candidates.first(where: order.isPermitted), candidates: candidates, findings: findings, date: Date())
  }
}

/// Which of two candidates is the better answer.
struct CandidateOrder {
  /// Labels that the person consents to.
  let allowed: Set<Label>

  /// Changes of meaning or precision count only with consent.
  func isPermitted(_ candidate: JudgedCandidate) -> Bool { isPermitted(candidate.verification.labels) }

  func isPermitted(_ labels: [Label]) -> Bool {
    labels.allSatisfy { label in
      switch label {
      case .algebraicPruning, .precisionChange: allowed.contains(label)
      default: true
      }
    }
  }

  func precedes(_ first: JudgedCandidate, _ second: JudgedCandidate) -> Bool {
    let ranks = (rank(first.verification.verdict), rank(second.verification.verdict))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
    return ratio(first) > ratio(second)
  }

  private func ratio(_ candidate: JudgedCandidate) -> Double {
    candidate.verification.speedup?.ratio ?? candidate.verification.speedupVs.values.map(\.ratio).min() ?? 0
  }

  private func rank(_ verdict: Verdict) -> Int {
    switch verdict {
    case .verified: 0
    case .notFaster: 1
    case .inconclusive: 2
    case .stale: 3
    case .wrong: 4
    case .unsafe: 5
    case .cheating: 6
    }
  }
}
