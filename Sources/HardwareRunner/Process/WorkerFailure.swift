/// How a worker process let its caller down. Never a crash of ours: whatever the process does ends as one of these.
public enum WorkerFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Python code raised; `line` is the line in the user's or the candidate's file when the traceback passes through it.
  case raised(kind: String, message: String, line: Int?, traceback: String)
  /// The process died of a signal (`SIGSEGV` = 11, …).
  case crashed(signal: Int32, stderr: String)
  /// The process ended by itself before it had answered.
  case exited(status: Int32, stderr: String)
  /// No answer within the time allowed; the process tree has been killed.
  case timedOut(seconds: Double)
  /// Memory ran out: `MemoryError`, PyTorch's allocator, or the kernel's.
  case outOfMemory(message: String)
  /// Bytes that are no frame, an answer to nothing that was asked, a tensor that can't be.
  case protocolViolation(String)
  /// More was printed than the policy allows.
  case outputFlood(bytes: Int)
  /// The worker was terminated by our own side, e.g. because the job was cancelled.
  case terminated
  /// The process could not be started.
  case launchFailed(String)

  private static let ownKinds: Set = ["OpProblem", "CaptureError", "Unusable"]

  public var description: String {
    switch self {
    case .raised(let kind, let message, let line, _):
      // What our own programs raise is a sentence already.
      (Self.ownKinds.contains(kind) ? message : "\(kind): \(message)") + (line.map { " (line \($0))" } ?? "")
    case .crashed(let signal, _): "the process was killed by signal \(signal)"
    case .exited(let status, let stderr):
      "the process ended with status \(status)" + (stderr.isEmpty ? "" : ": \(stderr.suffix(400))")
    case .timedOut(let seconds): "no answer within \(seconds) s"
    case .outOfMemory(let message): "out of memory: \(message)"
    case .protocolViolation(let detail): "the worker broke the protocol: \(detail)"
    case .outputFlood(let bytes): "the process printed more than \(bytes) bytes"
    case .terminated: "the process was stopped"
    case .launchFailed(let detail): "the process could not be started: \(detail)"
    }
  }
}

/// Something that a person has to put right before work can go on; the sentence says what and how.
public struct EnvironmentProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence with the next step.
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
