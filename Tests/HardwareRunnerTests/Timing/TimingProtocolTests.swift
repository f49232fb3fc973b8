import Foundation
import Synchronization
import Testing

@testable import HardwareRunner

@Suite("Timing protocol on recorded times")
struct TimingProtocolTests {
  /// Plays rounds from a model of the times: medians, a spread, an occasional disturbance.
  final class Recorded: TimingSource {
    private let state: Mutex<(SeededGenerator, Int)>
    let medians: [(cold: Double, warm: Double)]
    let spread: Double
    let disturbEvery: Int
    let orders = Mutex<[[Int]]>([])

    init(_ medians: [(cold: Double, warm: Double)], spread: Double = 0.03, disturbEvery: Int = 0) {
      self.medians = medians
      self.spread = spread
      self.disturbEvery = disturbEvery
      state = Mutex((SeededGenerator(seed: 3), 0))
    }

    func round(order: [Int]) async throws -> TimingRound {
      orders.withLock { $0.append(order) }
      return state.withLock { state in
        state.1 += 1
        // The machine's speed wanders: it moves every contender of a round together.
        let drift = 1 + 0.2 * sin(Double(state.1) / 7)
        let disturbed = disturbEvery > 0 && state.1.isMultiple(of: disturbEvery)
        func time(_ median: Double) -> Double {
          let noise = Double.random(in: -1...1, using: &state.0) + Double.random(in: -1...1, using: &state.0)
          return median * drift * exp(spread * noise) * (disturbed ? 3 : 1)
        }
        return TimingRound(
          coldMs: medians.map { time($0.cold) }, warmMs: medians.map { time($0.warm) }, disturbed: disturbed)
      }
    }
  }

  let contenders = TimingContenders(
    names: ["eager", "candidate", "eager again", "torch.compile"], candidate: 1, baselines: [0, 3],
    twins: [.init(original: 0, copy: 2)])

  func run(
    _ source: Recorded, _ contenders: TimingContenders? = nil, policy: VerificationPolicy = VerificationPolicy(),
    secondsARound: Double = 0
  ) async throws -> (TimingProtocol.Outcome, TimingDecision) {
    let clock = Mutex(0.0)
    let contenders = contenders ?? self.contenders
    let outcome = try await TimingProtocol(policy: policy, contenders: contenders, seed: 1).run(source) {
      clock.withLock { time in
        time += secondsARound
        return time
      }
    }
    return (outcome, TimingDecision(outcome, policy: policy))
  }

  @Test("a real difference is verified against the fastest baseline and the less favourable caches")
  func verified() async throws {
    let source = Recorded([(6, 5), (4, 2), (6, 5), (5, 4)])
    let (outcome, decision) = try await run(source)
    #expect(decision.verdict == .verified, "\(decision.detail)")
    let headline = try #require(outcome.analysis.headline)
    #expect(headline.baseline == 3 && headline.state == .cold)
    #expect(abs(headline.ratio.estimate - 1.25) < 0.02)
    #expect(headline.ratio.low < headline.ratio.estimate && headline.ratio.estimate < headline.ratio.high)
    #expect(outcome.stop == .precise && headline.logHalfWidth <= 0.01)
    // Rounds are in random order, and every contender is in each.
    let orders = source.orders.withLock { $0 }
    #expect(Set(orders).count > 3 && orders.allSatisfy { $0.sorted() == [0, 1, 2, 3] })
  }

  @Test(
    "a gain that another set of processes does not bear out is not claimed; one that it does is, and the wider band holds",
    arguments: [(4.0, Verdict.inconclusive), (3.1, .verified)])
  func sets(second: Double, verdict: Verdict) async throws {
    let first = try await run(Recorded([(4, 4), (3, 3), (4, 4), (9, 9)])).0
    #expect(TimingDecision(first, policy: VerificationPolicy()).verdict == .verified)
    #expect(SetsOfProcesses.needsAnother(after: first, policy: VerificationPolicy()))
    let other = try await run(Recorded([(4, 4), (second, second), (4.1, 4.1), (9, 9)])).0
    let both = SetsOfProcesses.together(first, other, contenders, seed: 1)
    let decision = TimingDecision(both, policy: VerificationPolicy())
    #expect(decision.verdict == verdict, "\(decision.detail)")
    #expect(both.analysis.noiseBand == max(first.analysis.noiseBand, other.analysis.noiseBand))
    #expect(both.rounds.count == first.rounds.count + other.rounds.count)
  }

  @Test(
    "against torch.compile counts the noise of torch.compile, whose second process comes with the second set",
    arguments: [(5.0, Verdict.verified), (6.3, .notFaster)])
  func compiledTwin(again: Double, verdict: Verdict) async throws {
    // One of the two processes of the op's own code has to be given its memory anew in every call.
    let first = try await run(Recorded([(20, 20), (4, 4), (6, 6), (5, 5)]))
    #expect(first.1.verdict == .notFaster && SetsOfProcesses.needsAnother(after: first.0, policy: VerificationPolicy()))
    var more = contenders
    more.names.append("torch.compile again")
    more.twins.append(.init(original: 3, copy: 4))
    let second = try await run(Recorded([(20, 20), (4, 4), (6, 6), (5, 5), (again, again)]), more).0
    let both = SetsOfProcesses.together(first.0, second, more, seed: 1)
    let decision = TimingDecision(both, policy: VerificationPolicy())
    #expect(decision.verdict == verdict, "\(decision.detail)")
    #expect(both.analysis.headline?.baseline == 3)
    #expect(abs(both.analysis.noiseBand - log(again / 5)) < 0.03)
    #expect(try #require(both.analysis.smallest(against: 0)).process == 2)
  }

  @Test("what is ahead of an unlucky process of the op's own code only is not faster")
  func unluckyBaseline() async throws {
    let (outcome, decision) = try await run(Recorded([(20, 20), (5, 5), (5, 5), (9, 9)]))
    #expect(decision.verdict == .notFaster, "\(decision.detail)")
    #expect(outcome.analysis.headline?.process == 2)
    #expect(!SetsOfProcesses.needsAnother(after: outcome, policy: VerificationPolicy()))
  }

  @Test("what is far beyond luck, or no faster, is decided by one set of processes")
  func oneSet() async throws {
    for candidate in [2.0, 4.0] {
      let outcome = try await run(Recorded([(4, 4), (candidate, candidate), (4, 4), (9, 9)])).0
      #expect(!SetsOfProcesses.needsAnother(after: outcome, policy: VerificationPolicy()))
    }
  }

  @Test(
    "a clear gain is told before the end, once; what isn't clear never",
    arguments: [([(6.0, 5.0), (2, 1.5), (6, 5), (5, 4)], 1), ([(6, 5), (6, 5), (6, 5), (7, 6)], 0)])
  func clear(medians: [(cold: Double, warm: Double)], times: Int) async throws {
    let told = Mutex<[Int]>([])
    let source = Recorded(medians, spread: 0.2)
    let outcome = try await TimingProtocol(policy: VerificationPolicy(), contenders: contenders, seed: 1)
      .run(source) {
        0
      } clear: { analysis in
        told.withLock { $0.append(analysis.rounds) }
        #expect((analysis.headline?.ratio.low ?? 0) > 1)
      }
    #expect(told.withLock { $0 }.count == times)
    #expect(told.withLock { $0 }.allSatisfy { $0 < outcome.rounds.count })
  }

  @Test("the first of several sets ends when the candidate is clearly ahead, unless it could be decided by itself")
  func firstOfSeveral() async throws {
    for (candidate, isShorter) in [(3.8, true), (2.0, false)] {
      var lengths: [Int] = []
      for isFirst in [false, true] {
        let source = Recorded([(5, 5), (candidate, candidate), (5, 5), (7, 7)], spread: 0.1)
        let timing = TimingProtocol(
          policy: VerificationPolicy(), contenders: contenders, seed: 1, isFirstOfSeveral: isFirst)
        lengths.append(try await timing.run(source) { 0 }.rounds.count)
      }
      #expect((lengths[1] < lengths[0]) == isShorter, "\(lengths)")
    }
  }

  @Test("identical code is not claimed to be faster")
  func identical() async throws {
    let (_, decision) = try await run(Recorded([(6, 5), (6, 5), (6, 5), (7, 6)]))
    #expect(decision.verdict == .notFaster, "\(decision.detail)")
  }

  @Test("slower code is not faster, at once")
  func slower() async throws {
    let (_, decision) = try await run(Recorded([(6, 5), (12, 10), (6, 5), (7, 6)]))
    #expect(decision.verdict == .notFaster)
  }

  @Test("a small difference amid much noise is inconclusive when the budget ends")
  func inconclusive() async throws {
    let (outcome, decision) = try await run(
      Recorded([(6, 5), (5.8, 4.8), (6, 5), (7, 6)], spread: 0.3), secondsARound: 0.3)
    #expect(outcome.stop == .budget)
    #expect(decision.verdict == .inconclusive, "\(decision.detail)")
  }

  @Test("a large difference is verified even when the interval stays wide")
  func wideButClear() async throws {
    let (outcome, decision) = try await run(
      Recorded([(6, 5), (2, 1.6), (6, 5), (7, 6)], spread: 0.1), secondsARound: 0.3)
    #expect(outcome.stop == .budget)
    #expect(decision.verdict == .verified, "\(decision.detail)")
  }

  @Test("disturbed rounds are kept for the record, measured again, and don't move the result")
  func disturbed() async throws {
    let (outcome, decision) = try await run(Recorded([(6, 5), (3, 2.5), (6, 5), (7, 6)], disturbEvery: 4))
    #expect(decision.verdict == .verified)
    #expect(outcome.analysis.disturbed > 0 && outcome.analysis.rounds >= 11)
    #expect(outcome.rounds.count == outcome.analysis.disturbed + outcome.analysis.rounds)
    #expect(abs((outcome.analysis.headline?.ratio.estimate ?? 0) - 2) < 0.04)
  }

  @Test("a machine that is always busy gives no claim, and the rounds end")
  func alwaysBusy() async throws {
    let (outcome, decision) = try await run(Recorded([(6, 5), (3, 2.5), (6, 5), (7, 6)], disturbEvery: 1))
    #expect(outcome.stop == .disturbed)
    #expect(decision.verdict == .inconclusive)
  }

  @Test("a biased A/A run raises the bar")
  func biasedTwin() async throws {
    // The second process of the same code is 8 % slower: a 5 % win can't be told from where pages happen to lie.
    let (outcome, decision) = try await run(Recorded([(6, 5), (5.7, 4.75), (6.5, 5.4), (7, 6)]))
    #expect(outcome.analysis.noiseBand > 0.07)
    #expect(decision.verdict == .notFaster, "\(decision.detail)")
  }
}

@Suite("Disturbance watch")
struct DisturbanceWatchTests {
  @Test("figures of the system are read as the manuals define them")
  func parsing() throws {
    let stat = "cpu  100 0 50 1000 5 1 2 30 0 0\ncpu0 50 0 25 500 2 0 1 15 0 0\n"
    #expect(try #require(ProcessorUse.parse(stat: stat, ticksPerSecond: 100)).stolen == 0.3)
    #expect(ProcessorUse.parse(loadavg: "0.33 0.61 0.67 3/95 28110\n") == 3)
  }

  @Test("a processor that is slower than usual disturbs, until it has been so for a while")
  func calibration() {
    var loop = CalibrationLoop()
    let seen = ([Double](repeating: 100, count: 10) + [105, 115, 100]).map { loop.isSlowed($0) }
    #expect(seen == [Bool](repeating: false, count: 11) + [true, false])
    #expect((0..<40).map { _ in loop.isSlowed(130) }.last == false)
    let now = CalibrationLoop.run()
    // 60 000 dependent multiplications: between one cycle at 10 GHz and a hundred at 1 GHz for each.
    #expect(now > 6_000 && now < 6_000_000_000, "\(now) ns")
  }

  @Test("the clock's error widens what is told of short ops, and nothing of identical ones")
  func clockError() {
    let ratio = ConfidenceInterval(estimate: 2, low: 1.98, high: 2.02)
    let short = ClockError.widened(ratio, by: 0.015, baselineMs: 0.06, candidateMs: 0.03)
    #expect(abs(short.low - 1.98 * (0.075 / 0.045) / 2) < 1e-9 && abs(short.high - 2.02 * (0.045 / 0.015) / 2) < 1e-9)
    let long = ClockError.widened(ratio, by: 0.015, baselineMs: 10, candidateMs: 5)
    #expect(long.low > 1.97 && long.high < 2.03)
    let same = ConfidenceInterval(estimate: 1, low: 0.99, high: 1.01)
    #expect(ClockError.widened(same, by: 0.015, baselineMs: 0.06, candidateMs: 0.06) == same)
    let slower = ClockError.widened(
      ConfidenceInterval(estimate: 0.5, low: 0.49, high: 0.51), by: 0.015, baselineMs: 1, candidateMs: 2)
    #expect(slower.low < 0.49 && slower.high > 0.51)
  }

  @Test("what is told of a ratio has in it what identical code showed; what decides is held against it")
  func told() throws {
    let contenders = TimingContenders(
      names: ["eager", "candidate", "eager again"], candidate: 1, baselines: [0],
      twins: [.init(original: 0, copy: 2)])
    let rounds = (0..<40).map { number -> TimingRound in
      let wobble = 1 + 0.001 * Double(number % 5)
      // The twin is two per cent slower for as long as it lives.
      return TimingRound(coldMs: [100 * wobble, 80, 102], warmMs: [100 * wobble, 80, 102])
    }
    let analysis = TimingAnalysis(rounds, contenders)
    let headline = try #require(analysis.headline)
    let (told, measured) = (analysis.stated(headline), analysis.measured(headline))
    #expect(measured.low > 1.245 && measured.high < 1.256)
    #expect(told.estimate == measured.estimate && told.low < 1.232 && told.low > 1.22 && told.high > 1.27)
    let decision = TimingDecision(analysis, stop: .precise, policy: VerificationPolicy())
    #expect(decision.verdict == .verified)
  }

  @Test("null calls of the rounds are taken off all of them, disturbed ones left out")
  func nullCalls() {
    let contenders = TimingContenders(names: ["eager", "candidate"], candidate: 1, baselines: [0])
    let rounds = (0..<12).map { number in
      var round = TimingRound(coldMs: [5, 3], warmMs: [4, 2.5], disturbed: number == 0)
      round.nullMs = [.cold: number == 0 ? 9 : 1, .warm: 0.5]
      return round
    }
    let analysis = TimingAnalysis(rounds, contenders)
    #expect(analysis.nullMs == [.cold: 1, .warm: 0.5])
    #expect(analysis.median(0, .cold)?.estimate == 4 && analysis.median(1, .cold)?.estimate == 2)
    #expect(analysis.headline.map { abs($0.ratio.estimate - 1.75) < 1e-9 } == true)
  }

  @Test("stolen time disturbs, a single tick doesn't")
  func stolenTime() {
    var watch = DisturbanceWatch(processors: 2)
    func disturbed(_ stolen: Double) -> Bool {
      watch.isDisturbed(
        0, from: ProcessorUse(stolen: 1), to: ProcessorUse(stolen: 1 + stolen), waited: nil, elapsed: 0.005)
    }
    #expect(!disturbed(0) && !disturbed(0.01) && disturbed(0.02))
    let unknown = watch.isDisturbed(0, from: nil, to: ProcessorUse(), waited: nil, elapsed: 1)
    #expect(!unknown)
  }

  @Test("waiting longer than usual disturbs; a contender that always waits for itself does not disturb itself")
  func waiting() {
    var watch = DisturbanceWatch(processors: 2)
    func disturbed(_ contender: Int, _ waited: Double, threads: Int = 4) -> Bool {
      watch.isDisturbed(
        contender, from: nil, to: nil, waited: ProcessorWait(seconds: waited, threads: threads), elapsed: 0.010)
    }
    #expect(!disturbed(0, 0.0003) && disturbed(0, 0.003))
    let crowded = (0..<20).map { _ in disturbed(1, 0.008) }
    #expect(crowded[0] && !crowded[1...].contains(true))
    #expect(disturbed(1, 0.012) && !disturbed(0, 0.0003))
    let stacked = (0..<20).map { _ in disturbed(2, 0.008, threads: 2) }
    #expect(!stacked.contains(false))
  }

  #if os(Linux)
    @Test("this system's figures can be read, and a busy thread shows")
    func live() throws {
      #expect(try #require(ProcessorUse.now()).stolen >= 0)
      #expect(try #require(ProcessorUse.runningNow()) >= 1)
      let neighbour = Neighbour()
      Thread.detachNewThread { while !neighbour.isTold.load(ordering: .relaxed) {} }
      #expect(DisturbanceWatch.isOccupied())
      neighbour.isTold.store(true, ordering: .relaxed)
    }

    private final class Neighbour: Sendable {
      let isTold = Atomic(false)
    }
  #endif

  @Test("the flush covers twice the cache, within its limits")
  func flushSize() {
    #expect(CacheFlush(lastLevelCache: 32 << 20).size == 64 << 20)
    #expect(CacheFlush(lastLevelCache: nil).size == 64 << 20)
    #expect(CacheFlush(lastLevelCache: 260 << 20).size == 256 << 20)
    let flush = CacheFlush(lastLevelCache: 1 << 20)
    flush.run()
    // One word of every line of 32 MiB.
    #expect(flush.sum == 0x0101_0101_0101_0101 &* ((32 << 20) / 64))
  }
}
