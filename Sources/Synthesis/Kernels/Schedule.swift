/// How a kernel goes about its work; everything that the search may choose.
public struct Schedule: Sendable, Hashable {
  /// Bits of the vectors that the kernel is written in.
  public var vectorBits: Int
  /// Vectors in flight: 1, 2 or 4.
  public var unroll: Int
  /// Rows (or for element-wise work blocks of elements) that a thread takes at a time; 0 shares them out evenly.
  public var rowsPerTask: Int
  /// Elements of a block where a row is cut or rows are few.
  public var block: Int
  /// Keep expensive intermediate results of a row for its later passes instead of computing them again.
  public var keepsIntermediates: Bool
  /// Write results past the caches.
  public var streams: Bool
  /// Ask for huge pages under fresh results.
  public var hugePages: Bool
  /// Sliding windows: add the taps of each window directly, or double partial sums in a block.
  public var slidingByDoubling: Bool

  public init(
    vectorBits: Int, unroll: Int = 1, rowsPerTask: Int = 0, block: Int = 16384, keepsIntermediates: Bool = true,
    streams: Bool = false, hugePages: Bool = false, slidingByDoubling: Bool = false
  ) {
    self.vectorBits = vectorBits
    self.unroll = unroll
    self.rowsPerTask = rowsPerTask
    self.block = block
    self.keepsIntermediates = keepsIntermediates
    self.streams = streams
    self.hugePages = hugePages
    self.slidingByDoubling = slidingByDoubling
  }

  /// In a person's words, e.g. `512-bit, 4 vectors in flight, streaming stores`.
  public var summary: String {
    var parts = ["\(vectorBits)-bit vectors"]
    if unroll > 1 { parts.append("\(unroll) in flight") }
    if rowsPerTask > 0 { parts.append(rowsPerTask == 1 ? "1 row a task" : "\(rowsPerTask) rows a task") }
    if streams { parts.append("streaming stores") }
    if hugePages { parts.append("huge pages") }
    if slidingByDoubling { parts.append("sums by doubling") }
    if !keepsIntermediates { parts.append("recomputing") }
    return parts.joined(separator: ", ")
  }

  /// What was chosen, without the figures that follow from an op's extents: equal for the same choice on a similar op.
  public var traits: String {
    var parts = ["\(vectorBits) bits", "unroll \(unroll)"]
    if rowsPerTask > 0 { parts.append("rows") }
    if streams { parts.append("streams") }
    if hugePages { parts.append("huge pages") }
    if slidingByDoubling { parts.append("doubling") }
    if !keepsIntermediates { parts.append("recomputes") }
    return parts.joined(separator: ", ")
  }

  /// Whether a fresh result of so many bytes is asked to lie in huge pages.
  func usesHugePages(for bytes: Int) -> Bool { hugePages && bytes >= ScheduleSpace.hugePageBytes }

  /// Whether rows of so many bytes, one behind the other, are written past the caches: each must begin on a whole vector.
  func streams(rowsOf bytes: Int) -> Bool { streams && vectorBits >= 256 && bytes % (vectorBits / 8) == 0 }
}
