import TestSupport

/// What a random graph is drawn from: a failing seed can be run again.
struct RandomSource: RandomNumberGenerator {
  private var generator: SplitMix64
  init(seed: Int) { generator = SplitMix64(seed: UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

  mutating func next() -> UInt64 { generator.next() }
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func pick<T>(_ list: [T]) -> T { list[int(0...list.count - 1)] }
  mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
