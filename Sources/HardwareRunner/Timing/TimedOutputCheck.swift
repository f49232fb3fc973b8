/// A quick look at the output of a timed call: against that of the user's own code in the same round, on the same
/// inputs, within one bound an output, which the oracle's error scales on other inputs of the same kind have set. It
/// finds whatever did not do the work; a part of the calls, drawn at random, is checked element by element as well
/// (``LiveTiming``), and so is every call that this look finds fault with.
struct TimedOutputCheck: Sendable {
  /// Largest error, in the output's own unit, that passes the quick look; one an output. nil for integers.
  private(set) var bounds: [Double?]

  /// The scales are those of other inputs: allow for larger ones.
  static let allowance = 4.0

  /// - Parameter cases: judged cases of the op's own inputs.
  init(_ cases: [OracleCase], factor: Double) throws {
    bounds = []
    for drawn in cases where drawn.skipped == nil {
      for index in drawn.results.indices {
        let bound = try drawn.withExpected(index) { Self.largest($0, factor: factor) }
        if index < bounds.count {
          bounds[index] = bound.map { max($0, bounds[index] ?? 0) }
        } else {
          bounds.append(bound)
        }
      }
    }
  }

  private static func largest(_ expected: ExpectedOutput, factor: Double) -> Double? {
    // Two results, each within `factor` units of the oracle's (the reference's own within one), lie this far apart.
    guard let bound = ErrorBound(expected, factor: factor + 1) else { return nil }
    var largest = 0.0
    for index in 0..<expected.count {
      let unit = bound.unit(oracle: expected.oracle[index], scale: expected.scale(at: index))
      if unit > largest && unit < .infinity { largest = unit }
    }
    return allowance * (bound.factor * largest + bound.slack)
  }

  /// Whether nothing looks wrong.
  func accepts(_ got: CallResult, as wanted: CallResult) -> Bool {
    guard got.structure == wanted.structure, got.outputs.count == wanted.outputs.count else { return false }
    for (index, (mine, other)) in zip(got.outputs, wanted.outputs).enumerated() {
      guard mine.layout.shape == other.layout.shape, mine.layout.dtype == other.layout.dtype,
        mine.bytes.count == other.bytes.count
      else { return false }
      guard let bound = bounds[safe: index] ?? nil else {
        if mine.bytes != other.bytes { return false }
        continue
      }
      if !Self.close(mine, other, bound) { return false }
    }
    return true
  }

  private static func close(_ mine: OutputTensor, _ other: OutputTensor, _ bound: Double) -> Bool {
    mine.bytes.withUnsafeBytes { first in
      other.bytes.withUnsafeBytes { second in
        if mine.layout.dtype == .float32 { return close(first, second, Float(bound), count: mine.layout.count) }
        for index in 0..<mine.layout.count {
          let a = ElementReader.double(first, index, mine.layout.dtype)
          let b = ElementReader.double(second, index, mine.layout.dtype)
          if !(abs(a - b) <= bound) && a != b && !(a.isNaN && b.isNaN) { return false }
        }
        return true
      }
    }
  }

  /// In blocks without a way out, which the compiler turns into vector instructions.
  private static func close(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _ limit: Float, count: Int
  ) -> Bool {
    let block = 4096
    return stride(from: 0, to: count, by: block).allSatisfy { start in
      var apart: UInt32 = 0
      for index in start..<min(start + block, count) {
        let a = first.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
        let b = second.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
        // The difference of equal infinities is NaN.
        let equal = abs(a - b) <= limit || a == b || (a != a && b != b)
        apart |= equal ? 0 : 1
      }
      return apart == 0
    }
  }
}
