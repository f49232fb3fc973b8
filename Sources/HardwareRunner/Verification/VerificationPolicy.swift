/// Every constant that decides a verdict, each with its reason. Results are keyed by ``version``.
public struct VerificationPolicy: Sendable, Codable, Hashable {
  /// Changed whenever a gate, a constant or the protocol changes, so that older results show as stale.
  public static let currentVersion = "8"

  public var version = Self.currentVersion
  /// F of the error bound: how many times the reference's own error a candidate may make. 16 is four bits: enough for
  /// a plain sequential sum of a thousand terms against PyTorch's pairwise one, too little for half precision
  /// (docs/verification.md, "Why 16", has the study).
  public var errorFactor = 16.0
  /// Relative error that the person allows on top (directive `tolerance=`); nil for none. The gate says so.
  public var tolerance: Double?
  /// Whether gradients are checked (directive `grad=off` turns it off).
  public var checksGradients = true
  /// Whether `torch.compile` is tried as a baseline.
  public var usesCompile = true
  /// Whether generated code may run where no sandbox can be had; results say `unsandboxed`.
  public var allowUnsandboxed = false

  /// Seconds for the correctness gates, the candidate's own calls left out. A case that would begin after it is left out
  /// and the gate says how many were.
  public var gateBudget = 60.0
  /// Seconds for timing, after which an interval that is still too wide makes the verdict inconclusive.
  /// Half of it is for processes started anew (``SetsOfProcesses``). 14 and the gates make 20 for an op of some
  /// milliseconds: what a person waits for.
  public var timingBudget = 14.0
  /// Seconds that `torch.compile` may take before it counts as unavailable.
  public var compileTimeout = 120.0
  /// Seconds for one call of a candidate: at least this, and at least ``callTimeoutFactor`` times the reference's.
  public var callTimeout = 5.0
  /// Seconds for a candidate's first call, in which native code is compiled, and for every call of one that uses
  /// `torch.compile`, which compiles anew for new shapes.
  public var compilingCallTimeout = 120.0
  public var callTimeoutFactor = 50.0

  /// Timing stops when the interval of the log-ratio is at most this wide to either side: 1 %.
  public var halfWidth = 0.01
  /// Fewer pairs give a bootstrap interval of the median that is too narrow.
  public var minimumPairs = 11
  public var maximumPairs = 200
  /// Interleaved pairs of a coarse timing.
  public var coarsePairs = 5

  /// Same inputs and orders every time, for tests; nil (the default) takes seeds from the operating system, after the
  /// candidate was loaded.
  public var seed: UInt64?

  public init() {}
}

/// A proposed replacement.
public struct CandidateSource: Sendable, Codable, Hashable {
  /// Text of a file that defines `ModelNew`.
  public var source: String
  /// What it tries, in a few words; the name of its row in the timings.
  public var idea: String
  /// Who proposed it.
  public var agent: String
  /// What its maker says of it, e.g. `algebraic-pruning`; the screen adds to it and never takes away.
  public var labels: [Label]
  /// Bytes that the *rewritten* op can't avoid moving; nil counts inputs, weights and outputs once.
  public var minimumBytes: Int?
  /// Floating-point operations that the rewritten op can't avoid; nil leaves the compute roof out.
  public var minimumFlops: Double?

  public init(
    source: String, idea: String, agent: String, labels: [Label] = [], minimumBytes: Int? = nil,
    minimumFlops: Double? = nil
  ) {
    self.source = source
    self.idea = idea
    self.agent = agent
    self.labels = labels
    self.minimumBytes = minimumBytes
    self.minimumFlops = minimumFlops
  }
}

/// Where a verification stands.
public struct VerificationProgress: Sendable, Hashable {
  /// Name of the gate at work, as in ``Gate/name``; `prepare` while workers start.
  public var gate: String
  /// A few words for a person.
  public var message: String
  /// 0 … 1 over the whole verification.
  public var fraction: Double

  public init(gate: String, message: String, fraction: Double) {
    self.gate = gate
    self.message = message
    self.fraction = fraction
  }
}

/// Why nothing can be said of any candidate of this op. One sentence each, with the next step where there is one.
public enum VerificationProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The op's file doesn't load, or its constructor fails.
  case referenceDoesNotLoad(String)
  /// The op raises on its own example inputs.
  case referenceRaises(String)
  /// A worker of the reference (not of a candidate) died.
  case workerFailed(String)
  /// The session was closed or its processes were stopped.
  case stopped

  public var description: String {
    switch self {
    case .referenceDoesNotLoad(let detail): "The op can't be loaded: \(detail)"
    case .referenceRaises(let detail): "The op raises on its own example inputs: \(detail)"
    case .workerFailed(let detail): "The worker that runs the op stopped: \(detail)"
    case .stopped: "The verification was stopped."
    }
  }
}

/// What ranks candidates while a search is going on.
public struct CoarseResult: Sendable, Hashable {
  /// nil while nothing speaks against the candidate; else the verdict that ended it early.
  public var verdict: Verdict?
  public var detail: String
  /// Time of the user's own code over the candidate's, warm caches, median of a few pairs; nil with an early verdict.
  public var ratio: Double?
  /// Milliseconds, medians of the same pairs.
  public var candidateMs: Double?
  public var eagerMs: Double?
  public var errorRatio: Double?
  public var counterexample: Counterexample?
  public var labels: [Label]

  public init(
    verdict: Verdict?, detail: String, ratio: Double? = nil, candidateMs: Double? = nil, eagerMs: Double? = nil,
    errorRatio: Double? = nil, counterexample: Counterexample? = nil, labels: [Label] = []
  ) {
    self.verdict = verdict
    self.detail = detail
    self.ratio = ratio
    self.candidateMs = candidateMs
    self.eagerMs = eagerMs
    self.errorRatio = errorRatio
    self.counterexample = counterexample
    self.labels = labels
  }
}
