import Engine
import JSONRPC
import LanguageServerProtocol

/// Work-done progress of jobs under tokens of the server's own (LSP 3.17 "Server Initiated Progress"): begun once the
/// client agreed, reported at most ten times a second, always ended, with the verdict in one sentence.
extension LanguageServer {
  private static var reportInterval: Duration { .milliseconds(100) }

  func beginProgress(_ job: JobView) {
    guard capabilities.workDoneProgress else { return }
    let token = nextToken(for: job)
    job.token = .requested(token)
    ask(WorkDoneProgressCreateRequest.self, .init(token: token)) { [weak self] result in
      guard let self else { return }
      guard case .success = result else {
        job.token = .none
        return
      }
      job.token = .begun(token)
      send(job, .begin(title: job.title, message: job.sentence, percentage: job.percentage))
      // A job may be over before the client has agreed to hear of it.
      if let verdict = job.verdict { send(job, .end(message: verdict)) } else { pause(job) }
    }
  }

  /// What is done, and to what: Helix shows a person the token. A number makes it new, as each may be used once only.
  private func nextToken(for job: JobView) -> String {
    let count = tokenCounts[job.title, default: 0] + 1
    tokenCounts[job.title] = count
    return count == 1 ? job.title : "\(job.title) (\(count))"
  }

  /// Reports now, or when a tenth of a second has passed since the last report.
  func reportProgress(_ job: JobView) {
    guard case .begun = job.token, job.verdict == nil else { return }
    guard job.hasJustReported else {
      send(job, .report(message: job.sentence, percentage: job.percentage))
      return pause(job)
    }
    guard job.report == nil else { return }
    job.report = loop.after(Self.reportInterval) { [weak self] in
      job.report = nil
      job.hasJustReported = false
      self?.reportProgress(job)
    }
  }

  private func pause(_ job: JobView) {
    job.hasJustReported = true
    loop.after(Self.reportInterval) { if job.report == nil { job.hasJustReported = false } }
  }

  func endProgress(_ job: JobView, _ verdict: String) {
    job.verdict = verdict
    if let timer = job.report { loop.cancel(timer) }
    job.report = nil
    send(job, .end(message: verdict))
  }

  private func send(_ job: JobView, _ value: WorkDoneProgress) {
    guard case .begun(let token) = job.token else { return }
    // Only reports may overtake each other when the client doesn't read.
    let subject: String? = if case .report = value { token } else { nil }
    notify(ProgressNotification.self, .init(token: token, value: value), about: subject)
  }

  func cancelProgress(_ params: WorkDoneProgressCancelNotification.Params) {
    if let job = jobs.values.first(where: { $0.token.name == params.token }) { stop(job) }
  }
}
