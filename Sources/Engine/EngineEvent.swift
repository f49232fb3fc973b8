public import Foundation
public import HardwareRunner

/// Names one job; also the server-created progress token's text.
public struct JobID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init() { rawValue = UUID().uuidString.lowercased() }
  public var description: String { rawValue }
}

public enum JobKind: String, Sendable, Codable, Hashable {
  case optimize, profile
}

/// One thing that happened in a job. Stored before anyone sees it; the editor's view is a fold over these.
public struct EngineEvent: Sendable, Codable {
  public var job: JobID
  public var kind: JobKind
  public var sequence: Int
  public var file: String
  public var opName: String
  public var fingerprint: String
  public var date: Date
  public var body: Body

  public enum Body: Sendable, Codable {
    case queued
    case started
    case progress(JobProgress)
    /// Something a person should know: what was left alone and why, what could not be captured.
    case finding(String)
    case profiled(ProfileView)
    /// A candidate was proposed.
    case proposed(CandidateSummary)
    /// The verification agent has spoken.
    case judged(JudgedCandidate)
    case finished(OptimizationResult?)
    /// One sentence with the next step, and what kind of trouble it is.
    case failed(String, EngineError.Code)
    case cancelled
  }

  /// Nothing follows an event for which this is true.
  public var isFinal: Bool {
    switch body {
    case .finished, .failed, .cancelled: true
    default: false
    }
  }

  public init(
    job: JobID, kind: JobKind, sequence: Int, file: String, opName: String, fingerprint: String, date: Date, body: Body
  ) {
    self.job = job
    self.kind = kind
    self.sequence = sequence
    self.file = file
    self.opName = opName
    self.fingerprint = fingerprint
    self.date = date
    self.body = body
  }
}

/// How far a job is.
public struct JobProgress: Sendable, Codable, Hashable {
  /// 0…1.
  public var fraction: Double
  /// What is being tried now, e.g. `checking "fused softmax chain" against the float64 oracle`.
  public var message: String
  /// Best speedup so far: verified, or coarse when `bestIsVerified` is false.
  public var best: Double?
  public var bestIsVerified: Bool

  public init(fraction: Double, message: String, best: Double? = nil, bestIsVerified: Bool = false) {
    self.fraction = fraction
    self.message = message
    self.best = best
    self.bestIsVerified = bestIsVerified
  }
}

/// A candidate as the editor lists it.
public struct CandidateSummary: Sendable, Codable, Hashable {
  public var id: String
  /// Which agent's idea it was, e.g. `fusion`, `re-expression`, `compiler`, `model anthropic/…`.
  public var agent: String
  public var idea: String
  /// Why it should be faster, for a person to read.
  public var reason: String
  /// `exact over ℝ`, or what it changes.
  public var exactness: String

  /// Whether a language model wrote the code.
  public var isFromModel: Bool { agent.hasPrefix(Self.modelPrefix) }
  static let modelPrefix = "model "

  public init(id: String, agent: String, idea: String, reason: String, exactness: String) {
    self.id = id
    self.agent = agent
    self.idea = idea
    self.reason = reason
    self.exactness = exactness
  }
}

/// A candidate with its verdict and the text that would go into a file.
public struct JudgedCandidate: Sendable, Codable, Hashable {
  public var summary: CandidateSummary
  /// A file in the kernel-benchmark form that defines `ModelNew`.
  public var source: String
  /// The generated block, marker lines included, to insert below the op; nil when there is none to apply.
  public var replacement: String?
  public var verification: Verification

  public init(summary: CandidateSummary, source: String, replacement: String?, verification: Verification) {
    self.summary = summary
    self.source = source
    self.replacement = replacement
    self.verification = verification
  }
}

/// What an optimisation came to.
public struct OptimizationResult: Sendable, Codable, Hashable {
  /// The best candidate that is permitted; its verdict is the op's. Nil when nothing could be tried.
  public var best: JudgedCandidate?
  /// Every candidate with its verdict, best first.
  public var candidates: [JudgedCandidate]
  /// What was left alone, and why.
  public var findings: [String]
  public var date: Date

  public init(best: JudgedCandidate?, candidates: [JudgedCandidate], findings: [String], date: Date) {
    self.best = best
    self.candidates = candidates
    self.findings = findings
    self.date = date
  }
}

/// A profile, ready to be shown: times in milliseconds, lines one-based and relative to the op's first line so that
/// they stay right when the op moves.
public struct ProfileView: Sendable, Codable, Hashable {
  public struct Line: Sendable, Codable, Hashable {
    /// Zero-based offset from the op's definition line.
    public var offset: Int
    /// `3.2 ms · 41 % · 12 % of memory roof`
    public var hint: String
    /// Why this line matters; nil for lines that don't.
    public var diagnostic: String?

    public init(offset: Int, hint: String, diagnostic: String?) {
      self.offset = offset
      self.hint = hint
      self.diagnostic = diagnostic
    }
  }
  public var totalMs: Double
  public var lines: [Line]
  public var device: String
  public var date: Date
  /// The measurements behind the lines.
  public var profile: OpProfile?

  public init(totalMs: Double, lines: [Line], device: String, date: Date, profile: OpProfile? = nil) {
    self.totalMs = totalMs
    self.lines = lines
    self.device = device
    self.date = date
    self.profile = profile
  }
}

/// What is known of one op, for the editor.
public struct OpRecord: Sendable, Hashable {
  public var fingerprint: String
  public var file: String
  public var name: String
  public var profile: ProfileView?
  public var result: OptimizationResult?
  /// A job on this op that a server did not live to finish, with how many candidates it had judged.
  public var resumable: ResumableJob?

  public init(
    fingerprint: String, file: String, name: String, profile: ProfileView? = nil, result: OptimizationResult? = nil,
    resumable: ResumableJob? = nil
  ) {
    self.fingerprint = fingerprint
    self.file = file
    self.name = name
    self.profile = profile
    self.result = result
    self.resumable = resumable
  }
}

public struct ResumableJob: Sendable, Hashable, Codable {
  public var job: JobID
  public var kind: JobKind
  public var judged: Int

  public init(job: JobID, kind: JobKind, judged: Int) {
    self.job = job
    self.kind = kind
    self.judged = judged
  }
}
