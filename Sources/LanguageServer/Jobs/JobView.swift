import Engine
import JSONRPC

/// A job as the editor sees it: a fold over its events.
final class JobView {
  let id: JobID
  let kind: JobKind
  let file: String
  let opName: String
  /// Latest progress; the percentage never falls.
  private(set) var sentence = "starting"
  private(set) var percentage = 0
  private(set) var judged = 0
  var isStopping = false
  /// Set once the job has ended: the sentence that its progress ends with.
  var verdict: String?
  var token = ProgressToken.none
  /// The timer of a report that waits for its turn.
  var report: TimerID?
  /// A report was sent in the last tenth of a second.
  var hasJustReported = false

  /// Where the client stands with the job's progress token.
  enum ProgressToken {
    /// The client shows no progress.
    case none
    /// Asked for; nothing may be sent before the client agrees.
    case requested(String)
    case begun(String)

    var name: String? {
      switch self {
      case .none: nil
      case .requested(let name), .begun(let name): name
      }
    }
  }

  init(id: JobID, kind: JobKind, file: String, opName: String) {
    self.id = id
    self.kind = kind
    self.file = file
    self.opName = opName
  }

  var title: String { "\(kind == .optimize ? "Optimizing" : "Profiling") \(opName)" }

  /// Takes in an event; true when there is something new to report.
  func fold(_ event: EngineEvent) -> Bool {
    switch event.body {
    case .queued: sentence = "waiting for the machine"
    case .started: sentence = "starting"
    case .progress(let progress):
      percentage = max(percentage, min(100, Int((progress.fraction * 100).rounded(.down))))
      sentence = progress.message
      if let best = progress.best {
        let kind = progress.bestIsVerified ? "verified" : "coarse"
        sentence += " · best so far \(Figures.ratio(best))× (\(kind))"
      }
    case .judged: judged += 1
    default: return false
    }
    return true
  }
}
