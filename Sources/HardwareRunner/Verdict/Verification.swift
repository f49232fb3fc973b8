public import Foundation

/// What verification says of a candidate (see docs/verification.md).
public enum Verdict: String, Sendable, Codable, Hashable {
  case verified
  /// Gives a wrong answer, raises, doesn't compile, or defines no `ModelNew`.
  case wrong
  /// Tried to win without doing the work; the failed gate names how.
  case cheating
  /// Tried to leave the sandbox, crashed, hung or outgrew its limits.
  case unsafe
  case notFaster = "not-faster"
  /// Right, but noise, budget, a degenerate or a too small op forbid a claim.
  case inconclusive
  case stale
}

/// Honest words that stand beside a verdict.
public enum Label: String, Sendable, Codable, Hashable, CaseIterable {
  case trivial
  case libraryCall = "library-call"
  case precisionChange = "precision-change"
  case algebraicPruning = "algebraic-pruning"
  case forwardOnly = "forward-only"
  case shapeLimited = "shape-limited"
  case degenerateOp = "degenerate-op"
  case tooSmall = "too-small"
  case unsandboxed
  case untestedOnHardware = "untested-on-hardware"
}

/// One thing that was checked, with what was found.
public struct Gate: Sendable, Codable, Hashable {
  /// Standard name: `admission`, `screen`, `load`, `oracle`, `inputs`, `replay`, `shapes`, `strides`, `weights`,
  /// `determinism`, `gradients`, `effects`, `memory`, `timing`, `roofline`.
  public var name: String
  public var passed: Bool
  /// One sentence for a person.
  public var detail: String
  /// Figures by name, e.g. `worst_element_units`, `sets`; units are part of the name.
  public var figures: [String: Double]

  public init(name: String, passed: Bool, detail: String, figures: [String: Double] = [:]) {
    self.name = name
    self.passed = passed
    self.detail = detail
    self.figures = figures
  }
}

/// Time of one contender: the median over calls with a bootstrapped 95 % interval, in milliseconds.
public struct TimingSummary: Sendable, Codable, Hashable {
  /// `eager` (the user's own code), `torch.compile`, or for the candidate its idea.
  public var name: String
  public var medianMs: Double?
  public var ci95Ms: [Double]
  /// Why there is no figure, e.g. that `torch.compile` failed on this op.
  public var unavailable: String?

  enum CodingKeys: String, CodingKey {
    case name, unavailable
    case medianMs = "median_ms"
    case ci95Ms = "ci95_ms"
  }

  public init(name: String, medianMs: Double?, ci95Ms: [Double], unavailable: String? = nil) {
    self.name = name
    self.medianMs = medianMs
    self.ci95Ms = ci95Ms
    self.unavailable = unavailable
  }
}

/// A ratio of times (baseline over candidate) with its 95 % interval from paired log-ratios.
public struct Speedup: Sendable, Codable, Hashable {
  public var ratio: Double
  public var low: Double
  public var high: Double

  public init(ratio: Double, low: Double, high: Double) {
    self.ratio = ratio
    self.low = low
    self.high = high
  }
}

/// The smallest input found on which a candidate is wrong.
public struct Counterexample: Sendable, Codable, Hashable {
  /// Which input set, e.g. `normal, seed 0x5f…` or `batch of 0`.
  public var inputs: String
  public var shapes: [[Int]]
  public var seed: UInt64?
  /// Output number and index of the worst element.
  public var output: Int
  public var index: [Int]
  public var got: String
  public var wanted: String
  /// Error in units in the last place of the working precision; nil where it has no meaning (NaN, shape, type).
  public var ulps: Double?
  public var detail: String

  public init(
    inputs: String, shapes: [[Int]], seed: UInt64?, output: Int, index: [Int], got: String, wanted: String,
    ulps: Double?, detail: String
  ) {
    self.inputs = inputs
    self.shapes = shapes
    self.seed = seed
    self.output = output
    self.index = index
    self.got = got
    self.wanted = wanted
    self.ulps = ulps
    self.detail = detail
  }
}

/// Everything that a verification found out about one candidate; the value behind `verify --json` and the hover.
public struct Verification: Sendable, Codable, Hashable {
  public var verdict: Verdict
  /// One sentence: why this verdict.
  public var summary: String
  /// Human name of the device, e.g. `AMD EPYC, 2 cores`.
  public var device: String
  public var deviceFingerprint: String
  public var baselines: [TimingSummary]
  public var candidate: TimingSummary?
  /// Against the fastest baseline and the smaller of cold and warm; nil unless the verdict is `verified`.
  public var speedup: Speedup?
  /// Measured ratios against each baseline, by its name, whatever the verdict.
  public var speedupVs: [String: Speedup]
  public var gates: [Gate]
  public var labels: [Label]
  public var counterexample: Counterexample?
  /// Largest error against the float64 oracle as a multiple of the reference's own largest; nil if not reached.
  public var errorRatio: Double?
  /// Number of input sets on which the output was checked.
  public var inputsTried: Int
  public var date: Date
  public var policy: String

  enum CodingKeys: String, CodingKey {
    case verdict, summary, device, baselines, candidate, speedup, gates, labels, counterexample, date, policy
    case deviceFingerprint = "device_fingerprint"
    case speedupVs = "speedup_vs"
    case errorRatio = "error_ratio"
    case inputsTried = "inputs_tried"
  }

  public init(
    verdict: Verdict, summary: String, device: String, deviceFingerprint: String, baselines: [TimingSummary] = [],
    candidate: TimingSummary? = nil, speedup: Speedup? = nil, speedupVs: [String: Speedup] = [:], gates: [Gate] = [],
    labels: [Label] = [], counterexample: Counterexample? = nil, errorRatio: Double? = nil, inputsTried: Int = 0,
    date: Date = Date(), policy: String
  ) {
    self.verdict = verdict
    self.summary = summary
    self.device = device
    self.deviceFingerprint = deviceFingerprint
    self.baselines = baselines
    self.candidate = candidate
    self.speedup = speedup
    self.speedupVs = speedupVs
    self.gates = gates
    self.labels = labels
    self.counterexample = counterexample
    self.errorRatio = errorRatio
    self.inputsTried = inputsTried
    self.date = date
    self.policy = policy
  }
}
