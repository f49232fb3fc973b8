import Foundation
import Store

/// A folder of its own for a test, gone afterwards.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "kernelwright-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var workspace: URL { url.appending(path: "workspace") }
  var cache: URL { url.appending(path: "cache") }
  var database: URL { workspace.appending(path: ".kernelwright/kernelwright.sqlite") }

  /// Opens the store of `workspace`, with the user's cache inside this folder too.
  func open() throws -> Store {
    try Store.open(workspace: workspace, environment: ["XDG_CACHE_HOME": cache.path])
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: path).path)
  }
}

let key = ResultKey(opFingerprint: "f1", deviceFingerprint: "d1", tools: "t1", policy: "1")

func makeJob(
  _ id: String = "job", kind: JobRecord.Kind = .optimize, op: String = "f1", file: String = "/a.py",
  name: String = "Model", state: JobRecord.State = .running, owner: ProcessIdentity = .current(),
  started: Date = Date()
) -> JobRecord {
  JobRecord(
    id: id, kind: kind, opFingerprint: op, file: file, opName: name, deviceFingerprint: "d1",
    request: Data(#"{"budget_s":60}"#.utf8), state: state, seed: 0xffff_0000_1234_5678, started: started, owner: owner)
}

func makeCandidate(_ id: String, job: String = "job", labels: [String] = []) -> CandidateRecord {
  CandidateRecord(
    id: id, job: job, opFingerprint: "f1", agent: "rules", idea: "fuse the row", rule: "row-fusion",
    source: "class ModelNew: pass\n", sourceHash: "h-\(id)", labels: labels)
}

func makeVerdict(
  _ id: String, candidate: String?, job: String = "job", key: ResultKey = key, verdict: String = "verified",
  low: Double? = nil, date: Date = Date()
) -> VerdictRecord {
  VerdictRecord(
    id: id, job: job, candidate: candidate, key: key, verdict: verdict, speedup: low.map { $0 + 0.1 }, low: low,
    high: low.map { $0 + 0.2 }, payload: Data(#"{"summary":"é"}"#.utf8), date: date)
}
