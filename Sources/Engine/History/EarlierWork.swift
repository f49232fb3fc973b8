import Foundation
import HardwareRunner
import Store

/// What a job that is taken up again had already found out; nothing in it is measured a second time.
struct EarlierWork: Sendable {
  private var verdicts: [String: Verification] = [:]
  private var modelReplies: [String: String] = [:]
  /// When the work began; nil for a fresh start.
  private(set) var began: Date?
  /// How many candidates had been judged.
  var judged: Int { verdicts.count }

  /// A fresh start.
  init() {}

  /// Of a job in the store; what can't be read is simply done again.
  init(of job: JobID, in store: Store) {
    let decoder = JSONDecoder()
    let records = try? store.read { reader in
      (
        try reader.candidates(ofJob: job.rawValue), try reader.verdicts(ofJob: job.rawValue),
        try reader.modelCalls(ofJob: job.rawValue),
        try reader.events(ofJob: job.rawValue).first { $0.kind == EngineEvent.Body.started.name }
      )
    }
    guard let (candidates, verdictRecords, calls, start) = records else { return }
    began = start?.date
    let sources = Dictionary(candidates.map { ($0.id, $0.source) }, uniquingKeysWith: { first, _ in first })
    for record in verdictRecords {
      guard let candidate = record.candidate, let source = sources[candidate] else { continue }
      verdicts[source] = try? decoder.decode(Verification.self, from: record.payload)
    }
    for call in calls { modelReplies[call.requestHash] = call.response }
  }

  func verdict(onSource source: String) -> Verification? { verdicts[source] }

  /// What a model answered to the request with this hash: paid for once.
  func reply(toRequest hash: String) -> String? { modelReplies[hash] }
}
