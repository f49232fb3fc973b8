public import Foundation
import HardwareRunner
import Store

/// What was done in a workspace, latest first (protocol/history.schema.json).
public struct HistoryReport: Sendable, Encodable {
  public struct Entry: Sendable, Encodable {
    public var job: String
    public var kind: String
    public var file: String
    public var op: String
    public var fingerprint: String
    public var state: String
    public var started: Date
    public var finished: Date?
    /// The headline verdict of an optimisation.
    public var verdict: String?
    public var speedup: Double?
    public var speedupCI95: [Double]
    public var idea: String?
    public var candidates: Int

    enum CodingKeys: String, CodingKey {
      case job, kind, file, op, fingerprint, state, started, finished, verdict, speedup, idea, candidates
      case speedupCI95 = "speedup_ci95"
    }

    /// One line for a person.
    public var line: String {
      let name = "\(URL(fileURLWithPath: file).lastPathComponent)::\(op)"
      var words = "\(started.formatted(.iso8601))  \(kind) \(name)  "
      if let speedup, speedupCI95.count == 2 {
        words += String(format: "verified %.2f× [%.2f, %.2f]", speedup, speedupCI95[0], speedupCI95[1])
      } else {
        words += verdict ?? state
      }
      if let idea { words += "  \(idea)" }
      return words
    }
  }

  public var workspace: String
  public var jobs: [Entry]
}

extension Engine {
  /// What was done on ops of a file, or of the whole workspace. Reads the disk.
  /// - Throws: `EngineError` when the store can't be read.
  public func history(file: String?) throws -> HistoryReport {
    let entries: [HistoryEntry]
    do {
      entries = try store.read { try $0.history(file: file) }
    } catch {
      throw EngineError(.environment, "\(error)")
    }
    let decoder = JSONDecoder()
    return HistoryReport(
      workspace: workspace,
      jobs: entries.map { entry in
        let result = entry.job.outcome.flatMap { try? decoder.decode(OptimizationResult.self, from: $0) }
        let verification = result?.best?.verification
        return HistoryReport.Entry(
          job: entry.job.id, kind: entry.job.kind.rawValue, file: entry.job.file, op: entry.job.opName,
          fingerprint: entry.job.opFingerprint, state: entry.job.state.rawValue, started: entry.job.started,
          finished: entry.job.finished, verdict: verification?.verdict.rawValue, speedup: verification?.speedup?.ratio,
          speedupCI95: verification?.speedup.map { [$0.low, $0.high] } ?? [], idea: result?.best?.summary.idea,
          candidates: entry.candidates.count)
      })
  }
}
