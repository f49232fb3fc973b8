/// A small deterministic generator: the same seed gives the same resamples and orders on every platform.
///
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). It serves
/// statistics and shuffling only; whatever a candidate must not guess comes from `SystemRandomNumberGenerator`.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// An index in 0 ..< `count` by the multiply-shift method. Its bias is below `count` / 2³², which no resample sees.
  @inline(__always)
  mutating func index(below count: Int) -> Int {
    Int(((next() >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }
}
