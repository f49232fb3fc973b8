import Foundation
import HardwareRunner

/// Puts the submissions for one op through Kernelwright, as `kernelwright verify` would.
struct Referee: Sendable {
  let environment: RunnerEnvironment
  let device: DeviceFacts

  /// A short timing, and little time for compilers: the suite asks whether the right ones are stopped, not how fast they are.
  /// Seeds are the operating system's, as in earnest.
  static var policy: VerificationPolicy {
    var policy = VerificationPolicy()
    policy.usesCompile = false
    policy.timingBudget = 3
    policy.minimumPairs = 3
    policy.maximumPairs = 8
    policy.compilingCallTimeout = 20
    return policy
  }

  /// Judges `submissions`, one after the other in one session as long as it holds.
  /// - Parameter report: called with each outcome as soon as it is there.
  func judge(_ submissions: [Submission], opFile: URL, report: (Outcome) -> Void) async throws {
    let source = try String(contentsOf: opFile, encoding: .utf8)
    let reference = OpReference(
      path: opFile.path, source: source, name: "Model", kind: .module, inputs: .functions,
      workspace: opFile.deletingLastPathComponent().path)
    var session: VerificationSession?
    for submission in submissions {
      let start = ContinuousClock.now
      func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      do {
        let open: VerificationSession
        if let session {
          open = session
        } else {
          open = try await VerificationSession(
            reference: reference, environment: environment, device: device, policy: Self.policy, progress: { _ in })
          session = open
        }
        let candidate = CandidateSource(source: submission.source, idea: submission.name, agent: "attack-suite")
        var outcome = Outcome(submission, try await open.verify(candidate), seconds: seconds())
        if outcome.mayBeChance {
          outcome = Outcome(submission, try await open.verify(candidate), seconds: seconds())
          outcome.isSecondTry = true
        }
        report(outcome)
      } catch {
        // Whatever a candidate does must end as a verdict. The next one gets a new session.
        report(Outcome(submission, error: "no verdict (\(error))", seconds: seconds()))
        await session?.close()
        session = nil
      }
    }
    await session?.close()
  }
}
