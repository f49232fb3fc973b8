import Foundation
import HardwareRunner
import Store

extension Engine {
  /// Everything known of the ops of a file, newest first: the records of current fingerprints and of older ones, from
  /// which *stale* is told. Reads the disk: not for the language server's loop.
  public func records(file: String) -> [OpRecord] {
    guard let history = try? store.read({ try $0.history(file: file, limit: 200) }) else { return [] }
    var order: [String] = []
    var records: [String: OpRecord] = [:]
    let decoder = JSONDecoder()
    for entry in history {
      let fingerprint = entry.job.opFingerprint
      if records[fingerprint] == nil {
        order.append(fingerprint)
        records[fingerprint] = OpRecord(fingerprint: fingerprint, file: file, name: entry.job.opName)
      }
      guard var record = records[fingerprint] else { continue }
      if record.result == nil, entry.job.state == .done, entry.job.kind == .optimize, let outcome = entry.job.outcome {
        record.result = try? decoder.decode(OptimizationResult.self, from: outcome)
      }
      if record.resumable == nil, record.result == nil, entry.job.state == .interrupted {
        record.resumable = ResumableJob(
          job: JobID(rawValue: entry.job.id), kind: entry.job.kind == .profile ? .profile : .optimize,
          judged: entry.verdicts.count)
      }
      records[fingerprint] = record
    }
    let profiles = try? store.read { try $0.results(of: order) }
    for (fingerprint, results) in profiles ?? [:] {
      let here = results.profiles.first { $0.deviceFingerprint == environments.deviceFingerprint }
      guard let payload = here?.payload else { continue }
      records[fingerprint]?.profile = try? decoder.decode(ProfileView.self, from: payload)
    }
    return order.compactMap { records[$0] }
  }
}

extension VerdictRecord {
  /// A verdict as it is kept; nil when it can't be written as JSON (a figure that is not finite).
  init?(_ judged: JudgedCandidate, job: JobID, fingerprint: String, tools: String) {
    let verification = judged.verification
    guard let payload = try? JSONEncoder().encode(verification) else { return nil }
    self.init(
      job: job.rawValue, candidate: judged.summary.id,
      key: ResultKey(
        opFingerprint: fingerprint, deviceFingerprint: verification.deviceFingerprint, tools: tools,
        policy: verification.policy),
      verdict: verification.verdict.rawValue, speedup: verification.speedup?.ratio, low: verification.speedup?.low,
      high: verification.speedup?.high, payload: payload, date: verification.date)
  }
}
