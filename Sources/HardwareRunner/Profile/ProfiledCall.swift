/// What `profile.py` reports: the calls of one ATen op from one line, together.
struct ProfiledCall: Decodable, Sendable, Hashable {
  enum Kind: String, Decodable, Sendable, Hashable {
    case matmul, convolution, attention, pooling, reduction, pointwise, copy, view, other

    /// Whether calls of this kind after one another can be done in one pass over memory.
    var isFusible: Bool { self == .pointwise || self == .reduction || self == .copy }
    /// Whether a library with tuned kernels does the work.
    var isLibrary: Bool { self == .matmul || self == .convolution || self == .attention }
  }

  /// One-based; nil when no line of the user's file was on the stack.
  var line: Int?
  var op: String
  var count: Int
  /// Sum of the calls' medians.
  var ms: Double
  var bytes: Int
  var flops: Int
  /// Whether `flops` means anything.
  var counted: Bool
  var kind: Kind
  /// Of the result, as PyTorch names it.
  var dtype: String
  /// Of the largest tensor that takes part.
  var largestBytes: Int

  enum CodingKeys: String, CodingKey {
    case line, op, count, ms, bytes, flops, counted, kind, dtype
    case largestBytes = "largest_bytes"
  }
}

/// The reply to the command `profile`.
struct ProfileReply: Decodable, Sendable {
  /// Median of the runs of the op as it is.
  var totalMs: Double
  /// Python's own time, without that of making PyTorch's calls.
  var overheadMs: Double
  var runs: Int
  var threads: Int
  var calls: [ProfiledCall]

  enum CodingKeys: String, CodingKey {
    case runs, threads, calls
    case totalMs = "total_ms"
    case overheadMs = "overhead_ms"
  }
}
