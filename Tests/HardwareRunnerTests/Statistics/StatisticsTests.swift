import Foundation
import Testing

@testable import HardwareRunner

@Suite("Statistics")
struct StatisticsTests {
  @Test("median of odd and even numbers of samples, and of none")
  func median() {
    #expect(RobustStatistics.median([3, 1, 2]) == 2)
    #expect(RobustStatistics.median([4, 1, 2, 3]) == 2.5)
    #expect(RobustStatistics.median([]) == nil)
  }

  @Test("outliers are flagged by the median absolute deviation, and none where there is no scale")
  func outliers() {
    let samples = [10.0, 10.1, 9.9, 10.05, 9.95, 14]
    #expect(RobustStatistics.outlierFlags(samples) == [false, false, false, false, false, true])
    #expect(RobustStatistics.outlierFlags([1, 1, 1, 5]) == [false, false, false, false])
  }

  @Test("the same samples and seed give the same interval, another seed nearly the same")
  func deterministic() throws {
    var generator = SeededGenerator(seed: 7)
    let samples = (0..<200).map { _ in Double.random(in: 0..<1, using: &generator) }
    let first = try #require(Bootstrap.median(of: samples, seed: 3))
    #expect(Bootstrap.median(of: samples, seed: 3) == first)
    let other = try #require(Bootstrap.median(of: samples, seed: 4))
    #expect(abs(other.low - first.low) < 0.03 && abs(other.high - first.high) < 0.03)
    #expect(first.low < first.estimate && first.estimate < first.high)
  }

  @Test("the 95 % interval of the median covers the true median in about 95 % of samples")
  func coverage() {
    // Standard normal samples: the true median is 0.
    var generator = SeededGenerator(seed: 11)
    var covered = 0
    let trials = 400
    for trial in 0..<trials {
      let samples = (0..<25).map { _ in normal(&generator) }
      guard let interval = Bootstrap.median(of: samples, resamples: 500, seed: UInt64(trial)) else { continue }
      if interval.low <= 0 && 0 <= interval.high { covered += 1 }
    }
    // Four standard errors of a share of 0.95 among 400 are 0.044; the percentile method is a little off at n = 25.
    #expect((0.90...0.99).contains(Double(covered) / Double(trials)))
  }

  @Test("an interval is as wide as the asymptotic theory of the median says")
  func width() throws {
    var generator = SeededGenerator(seed: 5)
    let samples = (0..<200).map { _ in normal(&generator) }
    let interval = try #require(Bootstrap.median(of: samples))
    // Standard error of a normal sample's median: 1.2533 / √n.
    let expected = 1.96 * 1.2533 / 200.0.squareRoot()
    #expect((0.6...1.5).contains(interval.halfWidth / expected))
  }

  @Test("paired ratios see a difference that drift would hide")
  func pairing() throws {
    var baseline: [Double] = []
    var candidate: [Double] = []
    for step in 0..<40 {
      let drift = 1 + Double(step) / 10  // the machine slows down to a fifth
      baseline.append(2.0 * drift)
      candidate.append(1.0 * drift * (step.isMultiple(of: 2) ? 1.001 : 0.999))
    }
    let ratio = try #require(PairedRatios(baseline: baseline, candidate: candidate).ratio())
    #expect(ratio.low > 1.99 && ratio.high < 2.01)
  }

  @Test("the noise band is the further end of the A/A interval")
  func noiseBand() throws {
    let biased = PairedRatios(logRatios: [0.010, 0.011, 0.012, 0.013, 0.014])
    let band = try #require(NoiseBand(identical: biased))
    #expect(band.logHalfWidth >= 0.012 && band.logHalfWidth <= 0.014)
    #expect(NoiseBand(identical: PairedRatios(logRatios: [])) == nil)
  }

  private func normal(_ generator: inout SeededGenerator) -> Double {
    let u = Double.random(in: 1e-12..<1, using: &generator)
    let v = Double.random(in: 0..<1, using: &generator)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }
}
