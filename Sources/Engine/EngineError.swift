import HardwareRunner

/// Why a job could not be done: one sentence with the next step.
public struct EngineError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; the command line's exit code follows from it.
  public enum Code: String, Sendable, Codable {
    /// Something on this machine is missing or not usable.
    case environment
    /// The op can't be run as it stands: no inputs, or it raises on them.
    case op
    case cancelled
  }

  public var code: Code
  public var description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The op's own problems are the person's to mend; a worker that dies may be the machine's.
  init(_ problem: VerificationProblem) {
    switch problem {
    case .referenceDoesNotLoad, .referenceRaises: self.init(.op, "\(problem)")
    case .workerFailed: self.init(.environment, "\(problem)")
    case .stopped: self.init(.cancelled, "\(problem)")
    }
  }
}
