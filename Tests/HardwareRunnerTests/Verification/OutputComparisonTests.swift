import Foundation
import Testing

@testable import HardwareRunner

@Suite("Comparison with the oracle")
struct OutputComparisonTests {
  /// Compares float32 values; `scale` is E.
  func compare(
    _ got: [Float], oracle: [Double], working: [Float]? = nil, scale: [Double]? = nil, classes: [UInt8] = [],
    factor: Double = 8, tolerance: Double = 0, closer: CloserLook? = nil
  ) -> Discrepancy {
    with(got, oracle: oracle, working: working, scale: scale, classes: classes) {
      OutputComparison.compare($0, with: $1, factor: factor, tolerance: tolerance, closer: closer)
    }
  }

  /// An empty `scale` is as after one unperturbed run.
  func with<Result>(
    _ got: [Float], oracle: [Double], working: [Float]? = nil, scale: [Double]? = nil, classes: [UInt8] = [],
    _ body: (UnsafeRawBufferPointer, ExpectedOutput) -> Result
  ) -> Result {
    let working = working ?? oracle.map { Float($0) }
    let scale = scale ?? oracle.map { _ in 0 }
    return got.withUnsafeBytes { got in
      working.withUnsafeBytes { working in
        oracle.withUnsafeBufferPointer { oracle in
          scale.withUnsafeBufferPointer { scale in
            classes.withUnsafeBufferPointer { classes in
              body(
                got,
                ExpectedOutput(
                  dtype: .float32, shape: [oracle.count], working: working, oracle: oracle, scale: scale,
                  classes: classes))
            }
          }
        }
      }
    }
  }

  @Test("an element may be as far off as F units of the larger of E and u·|y|")
  func bound() {
    let u = 0x1p-24
    #expect(compare([1 + 4 * 0x1p-23], oracle: [1]).passed)  // 8 u
    let beyond = compare([1 + 5 * 0x1p-23], oracle: [1])
    #expect(beyond.failures == 1)
    #expect(beyond.worst?.ulps == 5)
    #expect(compare([1 + 5 * 0x1p-23], oracle: [1], scale: [2 * u]).passed)
    #expect(compare([1.001], oracle: [1]).failures == 1)
    #expect(compare([1.001], oracle: [1], tolerance: 0.01).passed)
  }

  @Test("where an op cuts off at zero, an error that others show may show too, at a few elements")
  func cutOff() {
    let u = 0x1p-24
    /// Half of the elements are cut off; `leaks` of those come out as `error`.
    func cut(_ error: Double, leaks: Int, where usual: Double, count: Int = 4000) -> Discrepancy {
      let oracle = (0..<count).map { $0 % 2 == 0 ? 1.0 : 0 }
      var got = oracle.map { Float($0) }
      for leak in 0..<leaks { got[2 * leak + 1] = Float(error) }
      return compare(got, oracle: oracle, scale: oracle.map { $0 * usual })
    }
    #expect(cut(2 * u, leaks: 1, where: u).passed)
    #expect(cut(8 * u, leaks: 4, where: u).passed)
    #expect(cut(6 * u, leaks: 1, where: u).errorRatio == 6)
    #expect(cut(9 * u, leaks: 1, where: u).failures == 1)
    // Not as a habit: a mask has to be kept.
    #expect(cut(2 * u, leaks: 400, where: u).failures == 395)
    #expect(cut(2 * u, leaks: 1, where: 0).failures == 1)
  }

  @Test("an element whose error happened to be small is held to what is usual, within three bits")
  func lucky() {
    let u = 0x1p-24
    func lucky(_ error: Double, where usual: Double) -> Discrepancy {
      var (got, scale) = ([Float](repeating: 1, count: 100), [Double](repeating: usual * u, count: 100))
      scale[37] = 0
      got[37] += Float(error * u)
      return compare(got, oracle: [Double](repeating: 1, count: 100), scale: scale)
    }
    #expect(lucky(24, where: 3).passed)
    #expect(!lucky(26, where: 3).passed)
    #expect(lucky(64, where: 1000).passed)
    #expect(!lucky(66, where: 1000).passed)
    #expect(!lucky(10, where: 0).passed)
  }

  @Test("a closer look judges the elements that failed by what later runs gave there, and by nothing less")
  func closerLook() {
    let u = 0x1p-24
    let oracle = [Double](repeating: 1, count: 100)
    var got = [Float](repeating: 1, count: 100)
    got[37] = 1 + Float(64 * u)
    got[99] = .infinity
    let first = compare(got, oracle: oracle)
    #expect(first.failing == [37, 99] && first.errorRatio == 64 && first.passingRatio == 0)
    func begin(_ failing: [Int]) -> CloserLook {
      with(got, oracle: oracle) { CloserLook($1, failing: failing) }
    }
    var look = begin(first.failing)
    #expect(look.elements == Array(0..<100) + [37, 99])
    /// A run in which element 37 is so far off, and all others `usual`.
    func run(_ look: CloserLook, _ error: Double, usual: Double = 0) -> [Double] {
      look.elements.map { ($0 == 37 ? error : usual) * u }
    }
    look.add(scale: run(look, 7), classes: [])
    #expect(compare(got, oracle: oracle, closer: look).failing == [37, 99])
    look.add(scale: run(look, 8), classes: look.elements.map { $0 == 99 ? ValueClass.positiveInfinity.rawValue : 1 })
    // Later runs that were kinder take nothing back.
    look.add(scale: run(look, 0), classes: [])
    let last = compare(got, oracle: oracle, closer: look)
    #expect(last.passed && last.errorRatio == 8)
    // What is usual counts here as it does in the first look.
    var usual = begin([37])
    usual.add(scale: run(usual, 0, usual: 7), classes: [])
    #expect(compare(got, oracle: oracle, closer: usual).failing == [37])
    usual.add(scale: run(usual, 0, usual: 8), classes: [])
    #expect(compare(got, oracle: oracle, closer: usual).passed)
    // An answer of another length is no answer.
    look.add(scale: [1], classes: [])
    #expect(look.scale.count == 102)
  }

  @Test(
    "a single wrong element is found wherever it stands, and every right one is let through",
    arguments: [0, 2047, 2048, 9999])
  func anywhere(_ place: Int) {
    var random = SystemRandomNumberGenerator()
    let oracle = (0..<10_000).map { _ in Double.random(in: -2...2, using: &random) }
    var got = oracle.map { Float($0) }
    #expect(compare(got, oracle: oracle).passed)
    #expect(compare(got, oracle: oracle).errorRatio <= 1)
    for wrong in [got[place] * 1.001, .nan, .infinity] {
      got[place] = wrong
      #expect(compare(got, oracle: oracle).failing == [place])
    }
    var special = oracle
    (got[place], special[place]) = (1, .nan)
    #expect(compare(got, oracle: special).failing == [place])
    (got[place], special[place]) = (.infinity, 1e300)
    #expect(compare(got, oracle: special).passed)
  }

  @Test("before there is another run, E is the error of the one that there is")
  func oneRun() {
    let u = 0x1p-24
    // The reference itself is off by 4 u in the first element and not at all in the second.
    let working: [Float] = [1 + Float(4 * u), 1]
    func passes(_ got: [Float], _ working: [Float]) -> Bool {
      compare(got, oracle: [1, 1], working: working, scale: []).passed
    }
    #expect(passes([1 + Float(32 * u), 1 + Float(8 * u)], working))
    #expect(!passes([1 + Float(34 * u), 1], working))
    #expect(!passes([1, 1 + Float(10 * u)], working))
    // What is not finite says nothing about the size of errors.
    #expect(!passes([1 + Float(34 * u), 1], [.infinity, 1]) && !passes([1 + Float(34 * u), 1], [.nan, 1]))
    let known = with([1, 1], oracle: [1, 1], working: working, scale: []) { CloserLook($1, failing: []).scale }
    #expect(known == [4 * u, 0])
  }

  @Test("there is no flat tolerance: zeros and a constant fail where values are small")
  func noFlatTolerance() {
    let oracle = [1e-9, -2e-9, 3e-9]
    #expect(compare([0, 0, 0], oracle: oracle).failures == 3)
    #expect(compare([1e-9, 1e-9, 1e-9], oracle: oracle).failures == 2)
  }

  @Test("values that hardware may flush to zero may be flushed")
  func denormals() {
    #expect(compare([0], oracle: [0x1p-130]).passed)
    #expect(compare([0], oracle: [0x1p-120]).failures == 1)
  }

  @Test("swallowed NaN and NaN as a wildcard both fail; NaN for NaN passes")
  func nan() {
    #expect(compare([0], oracle: [.nan]).failures == 1)
    #expect(compare([.nan], oracle: [1]).failures == 1)
    #expect(compare([.nan], oracle: [.nan]).passed)
    let worst = compare([.nan], oracle: [1]).worst
    #expect(worst?.ulps == nil && worst?.wanted == 1)
  }

  @Test("infinities must have the right sign; an overflow that the reference has is no fault, nor is avoiding it")
  func infinities() {
    #expect(compare([.infinity], oracle: [.infinity]).passed)
    #expect(compare([-.infinity], oracle: [.infinity]).failures == 1)
    #expect(compare([.infinity], oracle: [1e300]).passed)
    #expect(compare([.infinity], oracle: [1e30], working: [.infinity]).passed)
    #expect(compare([1e30], oracle: [1e30], working: [.infinity]).failures == 0)
    #expect(compare([3e30], oracle: [1e30], working: [.infinity]).failures == 1)
    #expect(compare([.infinity], oracle: [1e30]).failures == 1)
    // ∞ − ∞ in one order of the sums, ∞ in another, of a result that is neither.
    #expect(compare([.infinity], oracle: [1e30], working: [.nan]).passed)
    #expect(compare([-.infinity], oracle: [1e30], working: [.infinity]).passed)
    #expect(compare([.nan], oracle: [1e30], working: [.infinity]).passed)
    #expect(compare([3e30], oracle: [1e30], working: [.nan]).failures == 1)
    // Where the result itself is infinite or NaN, it is so in every order.
    #expect(compare([.nan], oracle: [1e300], working: [.infinity]).failures == 1)
    #expect(compare([-.infinity], oracle: [1e300], working: [.infinity]).failures == 1)
    #expect(compare([.infinity], oracle: [.nan], working: [.nan]).failures == 1)
    #expect(compare([.infinity], oracle: [1e30], classes: [ValueClass.positiveInfinity.rawValue]).passed)
  }

  @Test("the worst element is the one that is furthest out, with its position")
  func worst() {
    let result = compare([1, 2.5, 3, 9], oracle: [1, 2, 3, 4])
    #expect(result.failures == 2)
    #expect(result.failing == [1, 3])
    #expect(result.worst?.flatIndex == 3)
    #expect(result.worst?.position(in: [2, 2]) == [1, 1])
    #expect(result.errorRatio > 1e6)
  }

  @Test("the error ratio of right elements is the largest in units of the reference's own error")
  func errorRatio() {
    let result = compare([1 + 0x1p-23, 2], oracle: [1, 2])
    #expect(result.passed && result.errorRatio == 2)
    #expect(compare([1, 2], oracle: [1, 2]).errorRatio == 0)
  }

  @Test("the figure for people is the largest error over the reference's own largest error")
  func largestErrorRatio() {
    func ratio(_ got: [Float], _ working: [Float], _ oracle: [Double]) -> Double? {
      got.withUnsafeBytes { got in
        working.withUnsafeBytes { working in
          oracle.withUnsafeBufferPointer { oracle in
            OutputComparison.largestErrorRatio(
              got,
              with: ExpectedOutput(
                dtype: .float32, shape: [oracle.count], working: working, oracle: oracle, scale: oracle,
                classes: UnsafeBufferPointer(start: nil, count: 0)))
          }
        }
      }
    }
    #expect(ratio([1, 2 + 0x1p-20], [1, 2 + 0x1p-21], [1, 2]) == 2)
    #expect(ratio([1], [1], [1]) == 0)
    #expect(ratio([.nan], [.nan], [.nan]) == nil)
  }

  @Test("half and bfloat16 are widened exactly")
  func narrowTypes() {
    #expect(ElementReader.half(0x3C00) == 1)
    #expect(ElementReader.half(0x0001) == 0x1p-24)
    #expect(ElementReader.half(0x8400) == -0x1p-14)
    #expect(ElementReader.half(0x7BFF) == 65504)
    #expect(ElementReader.half(0xFC00) == -.infinity)
    #expect(ElementReader.half(0x7E00).isNaN)
    #expect(ElementReader.bfloat(0x3F81) == 1 + 0x1p-7)
  }

  @Test("integers must be equal, and failing ones are listed")
  func integers() {
    let got: [Int64] = [1, 5, 3]
    let wanted: [Int64] = [1, 2, 3]
    let result = got.withUnsafeBytes { got in
      wanted.withUnsafeBytes { wanted in
        let none = UnsafeBufferPointer<Double>(start: nil, count: 0)
        return OutputComparison.compare(
          got,
          with: ExpectedOutput(
            dtype: .int64, shape: [3], working: wanted, oracle: none, scale: none,
            classes: UnsafeBufferPointer(start: nil, count: 0)), factor: 8)
      }
    }
    #expect(result.failures == 1 && result.failing == [1] && result.worst?.wanted == 2)
  }
}
