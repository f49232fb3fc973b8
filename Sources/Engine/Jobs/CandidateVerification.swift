import Foundation
public import HardwareRunner
import SourceIndex
import Store

extension Engine {
  /// Puts one candidate file through the whole protocol against an op, and stores what came of it: `kernelwright verify`.
  /// - Parameters:
  ///   - candidate: text of a file that defines `ModelNew`.
  ///   - progress: called from any thread.
  /// - Throws: `EngineError` when nothing can be said of any candidate: no inputs, the op raises, PyTorch is missing.
  public func verify(
    _ candidate: String, named idea: String, against request: OpRequest, registry: ProcessRegistry,
    progress: @escaping @Sendable (JobProgress) -> Void
  ) async throws -> Verification {
    let environment = try await environments.resolve(request.settings, registry: registry)
    let reference = try request.reference()
    let source = CandidateSource(source: candidate, idea: idea, agent: "file")
    let verification: Verification
    do {
      let session = try await VerificationSession(
        reference: reference, environment: environment.runner, device: environment.device,
        policy: request.verificationPolicy
      ) { step in
        progress(JobProgress(fraction: step.fraction, message: step.message))
      }
      do {
        verification = try await session.verify(source)
        await session.close()
      } catch {
        await session.close()
        throw error
      }
    } catch let problem as VerificationProblem {
      throw EngineError(problem)
    }
    // A full disk must not lose the answer: it is given all the same, with what went wrong beside it.
    do {
      try await keep(verification, of: candidate, idea: idea, request, environment)
    } catch {
      progress(JobProgress(fraction: 1, message: "The verdict could not be stored: \(error)"))
    }
    return verification
  }

  private func keep(
    _ verification: Verification, of candidate: String, idea: String, _ request: OpRequest,
    _ environment: ResolvedEnvironment
  ) async throws {
    let fingerprint = request.op.fingerprint
    let job = JobRecord(
      kind: .verify, opFingerprint: fingerprint, file: request.file, opName: request.op.name,
      deviceFingerprint: environment.device.fingerprint, request: StoredRequest(request).json, state: .running,
      seed: 0)
    let record = CandidateRecord(
      job: job.id, opFingerprint: fingerprint, agent: "file", idea: idea, rule: "", source: candidate,
      sourceHash: ContentHash.hexadecimal(of: candidate), labels: verification.labels.map(\.rawValue))
    let summary = CandidateSummary(id: record.id, agent: "file", idea: idea, reason: "", exactness: "")
    let judged = JudgedCandidate(summary: summary, source: candidate, replacement: nil, verification: verification)
    let verdict = VerdictRecord(
      judged, job: JobID(rawValue: job.id), fingerprint: fingerprint, tools: environment.tools)
    try await store.write { writer in
      try writer.insert(job)
      try writer.insert(record)
      if let verdict { try writer.insert(verdict) }
      try writer.setState(.done, ofJob: job.id)
    }
  }
}
