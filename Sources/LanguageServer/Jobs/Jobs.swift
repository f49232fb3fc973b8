import Engine
import Foundation
import HardwareRunner
import JSONRPC
import LanguageServerProtocol
import SourceIndex

/// Jobs from the click to the verdict.
extension LanguageServer {
  /// Makes a job known; its first event may come before or after the engine has told its number.
  @discardableResult
  func track(_ id: JobID, _ kind: JobKind, file: String, opName: String) -> JobView {
    if let known = jobs[id] { return known }
    let job = JobView(id: id, kind: kind, file: file, opName: opName)
    jobs[id] = job
    beginProgress(job)
    return job
  }

  func apply(_ event: EngineEvent) {
    guard phase == .running else { return }
    let isNew = jobs[event.job] == nil
    // A late word about a job that has ended must not bring it back.
    guard !(isNew && endedJobs.contains(event.job)) else { return }
    let job = track(event.job, event.kind, file: event.file, opName: event.opName)
    if job.fold(event), !job.isStopping { reportProgress(job) }
    if case .finding(let sentence) = event.body { log(.info, "\(event.opName): \(sentence)") }
    let concerned = documents.values.filter { $0.path == event.file }
    var hasChanged = isNew || event.isFinal
    for document in concerned where document.knowledge.fold(event) { hasChanged = true }
    if event.isFinal { end(job, event, concerned.first) }
    if hasChanged { for document in concerned { viewChanged(document) } }
  }

  private func end(_ job: JobView, _ event: EngineEvent, _ document: OpenDocument?) {
    jobs[job.id] = nil
    endedJobs.insert(job.id)
    let verdict = sentence(for: event, job, document)
    endProgress(job, verdict)
    switch event.body {
    case .failed:
      show(.warning, verdict, about: "\(job.file) \(job.opName)")
    case .finished where !capabilities.workDoneProgress:
      // There is no other place at which such a client would say how it went.
      show(.info, verdict, about: "\(job.file) \(job.opName)")
    default:
      log(.info, verdict)
    }
    if case .finished = event.body { lastShown["\(job.file) \(job.opName)"] = nil }
    // A stopped search leaves what it measured; only the store knows how much.
    switch event.body {
    case .cancelled, .failed: if let document { loadRecords(document) }
    default: break
    }
  }

  /// How a job went, in one sentence.
  private func sentence(for event: EngineEvent, _ job: JobView, _ document: OpenDocument?) -> String {
    switch event.body {
    case .failed(let reason, _): return "\(job.opName): \(reason)"
    case .cancelled:
      let kept = job.judged > 0 ? " \(Figures.count(job.judged, "candidate")) measured, and kept." : ""
      return "\(job.opName): stopped.\(kept)"
    case .finished(let result?): return summary(of: result, job, settings(for: document?.workspace).allow)
    default:
      let record = document?.index.op(named: job.opName).map { document?.knowledge.status(of: $0) }
      if case .current(let record)?? = record, let profile = record.profile {
        return "\(job.opName): \(Figures.time(ms: profile.totalMs)) a call on \(profile.device)."
      }
      return "\(job.opName): done."
    }
  }

  private func summary(of result: OptimizationResult, _ job: JobView, _ allow: Set<Label>) -> String {
    guard let headline = result.headline(allow: allow) else {
      if let waiting = result.needingConsent(allow: allow).first, let speedup = waiting.verification.speedup {
        return "\(job.opName): a form that is \(Figures.ratio(speedup.ratio))× as fast awaits your consent:"
          + " it \(waiting.consentQuestion(allow))."
      }
      return "\(job.opName): \(result.findings.first ?? "nothing was found to try.")"
    }
    let verification = headline.verification
    guard verification.verdict == .verified, let speedup = verification.speedup else {
      return "\(job.opName): \(StatusText.verdict(verification)). \(verification.summary)"
    }
    let against = verification.fastestBaseline.map { " against \($0.name)" } ?? ""
    return "\(job.opName): verified \(Figures.speedup(speedup))\(against)."
  }

  /// Stops a job and every process of it. The job ends with the engine's event.
  func stop(_ job: JobView) {
    guard !job.isStopping, job.verdict == nil else { return }
    job.isStopping = true
    let document = documents.values.first { $0.path == job.file }
    let workspace = document?.workspace ?? workspace(for: job.file)
    let id = job.id
    workspace.thread.perform { [host = workspace.host] in host.current?.cancel(id) }
    if let document { viewChanged(document) }
  }

  func stopAll(file: String, in workspace: Workspace) {
    for job in jobs.values where job.file == file { job.isStopping = true }
    workspace.thread.perform { [host = workspace.host] in host.current?.cancelAll(file: file) }
  }
}
