public import Foundation

/// Where an op's time goes, on one device, by line of its file.
public struct OpProfile: Sendable, Codable, Hashable {
  /// Median over the runs of the op as it is, milliseconds.
  public var totalMs: Double
  /// Python's part of that: the user's own code and `torch.nn.Module`'s between PyTorch's calls, the freeing of tensors
  /// included.
  public var overheadMs: Double
  /// What was called from no line of the file (hooks, a forward inherited from a library).
  public var elsewhereMs: Double
  /// Lines with any time, in the order of the file.
  public var lines: [LineProfile]
  /// Share of the roof that the whole op reaches, 1 being the roof; nil where too little of it can be counted.
  public var fractionOfRoof: Double?
  public var roof: RoofBinding?
  /// What matters about the op as a whole; nil when its lines say all.
  public var diagnostic: String?
  /// Runs that the total is the median of.
  public var runs: Int
  public var threads: Int
  /// For a person, e.g. `AMD EPYC, 2 cores`.
  public var device: String
  public var deviceFingerprint: String
  public var date: Date

  enum CodingKeys: String, CodingKey {
    case lines, roof, diagnostic, runs, threads, device, date
    case totalMs = "total_ms"
    case overheadMs = "overhead_ms"
    case elsewhereMs = "elsewhere_ms"
    case fractionOfRoof = "fraction_of_roof"
    case deviceFingerprint = "device_fingerprint"
  }

  public init(
    totalMs: Double, overheadMs: Double, elsewhereMs: Double, lines: [LineProfile], fractionOfRoof: Double?,
    roof: RoofBinding?, diagnostic: String?, runs: Int, threads: Int, device: String, deviceFingerprint: String,
    date: Date
  ) {
    self.totalMs = totalMs
    self.overheadMs = overheadMs
    self.elsewhereMs = elsewhereMs
    self.lines = lines
    self.fractionOfRoof = fractionOfRoof
    self.roof = roof
    self.diagnostic = diagnostic
    self.runs = runs
    self.threads = threads
    self.device = device
    self.deviceFingerprint = deviceFingerprint
    self.date = date
  }
}

/// One line's part of a profile.
public struct LineProfile: Sendable, Codable, Hashable {
  /// One-based, in the file.
  public var line: Int
  /// Milliseconds, scaled so that all lines, what was called elsewhere and the overhead are the op's total.
  public var ms: Double
  /// Of the op's total, 0 to 1.
  public var share: Double
  /// Read and written, without views.
  public var bytes: Int
  /// Operations, a multiply-add counting two; without those of calls that can't be counted.
  public var flops: Int
  /// ATen names of what was called, in order, without views.
  public var ops: [String]
  /// How many calls these were.
  public var calls: Int
  /// Whether `flops` holds everything.
  public var counted: Bool
  /// Share of the roof that the line reaches, 1 being the roof; nil where too little of it can be counted, or where
  /// calling costs more than computing.
  public var fractionOfRoof: Double?
  public var roof: RoofBinding?
  /// Memory level whose roof counts, e.g. `L3`.
  public var level: DeviceFacts.Bandwidth.Level?
  /// `3.2 ms · 41 % · 12 % of memory roof`
  public var hint: String
  /// Why the line matters and what could be done; nil for lines that don't.
  public var diagnostic: String?

  enum CodingKeys: String, CodingKey {
    case line, ms, share, bytes, flops, ops, calls, counted, roof, level, hint, diagnostic
    case fractionOfRoof = "fraction_of_roof"
  }

  public init(
    line: Int, ms: Double, share: Double, bytes: Int, flops: Int, ops: [String], calls: Int, counted: Bool,
    fractionOfRoof: Double?, roof: RoofBinding?, level: DeviceFacts.Bandwidth.Level?, hint: String,
    diagnostic: String?
  ) {
    self.line = line
    self.ms = ms
    self.share = share
    self.bytes = bytes
    self.flops = flops
    self.ops = ops
    self.calls = calls
    self.counted = counted
    self.fractionOfRoof = fractionOfRoof
    self.roof = roof
    self.level = level
    self.hint = hint
    self.diagnostic = diagnostic
  }
}
