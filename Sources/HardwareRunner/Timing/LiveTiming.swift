import Foundation
import Synchronization

/// Times real workers, round by round, and checks what the candidate gives in every timed call.
///
/// The inputs of every call are new in contents and lie at a new place; all contenders get the same ones. Only one
/// process runs at a time: the others are frozen, and the oracle waits for commands.
actor LiveTiming: TimingSource {
  /// Who takes part; see ``TimingContenders`` for the meaning of the positions.
  struct Lineup: Sendable {
    var workers: [CallWorker]
    var contenders: TimingContenders
    /// Position of the user's own code, whose output the candidate's is looked at against.
    var eager: Int
    /// Seconds of a null call, taken off every time where there is no ``nullWorker``.
    var nullSeconds = 0.0
    /// Called once with cold and once with warm caches in every round, in the contenders' company, since what a call takes
    /// apart from the op depends on who ran before.
    var nullWorker: CallWorker?

    /// Adds a second process of a contender's code.
    mutating func addTwin(of original: Int, _ worker: CallWorker) {
      contenders.twins.append(.init(original: original, copy: workers.count))
      contenders.names.append(contenders.names[original] + " again")
      workers.append(worker)
    }
  }

  private let lineup: Lineup
  private let oracle: Oracle
  private let check: OutputCheck
  private let quick: TimedOutputCheck
  private let flush: CacheFlush?
  private var watch: DisturbanceWatch
  private var calibration = CalibrationLoop()
  private let timeout: Duration
  private var generator: SeededGenerator
  private var replay = ReplayMemory()
  /// What the next round's inputs come from, drawn while the last round's outputs are looked at.
  private var upcoming: Task<Drawn, any Error>?

  /// Share of the timed calls whose output gets the full, element-wise check: of the first ones, and of later ones. A full
  /// check takes as long as a whole round, so a long timing would be half checking.
  static let fullCheckShares = (first: 0.125, later: 0.03)
  /// How many are the first ones.
  static let firstCalls = 40
  /// Share of rounds whose warm call gets the cold call's inputs with one element changed.
  static let singleElementShare = 0.25

  private(set) var checkedCalls = 0
  private(set) var fullyCheckedCalls = 0

  /// - Parameters:
  ///   - flush: nil for a coarse timing: the call that would be cold is then an untimed one to warm up.
  init(
    lineup: Lineup, oracle: Oracle, policy: VerificationPolicy, quick: TimedOutputCheck, flush: CacheFlush?,
    processors: Int, timeout: Double, seed: UInt64
  ) {
    self.lineup = lineup
    self.oracle = oracle
    self.quick = quick
    self.flush = flush
    self.timeout = .seconds(timeout)
    check = OutputCheck(oracle: oracle, policy: policy)
    watch = DisturbanceWatch(processors: processors)
    generator = SeededGenerator(seed: seed)
  }

  func round(order: [Int]) async throws -> TimingRound {
    let (cold, warm) = try await inputs()
    let places = (generator.next(), generator.next())
    var round = TimingRound(
      coldMs: .init(repeating: nil, count: order.count), warmMs: .init(repeating: nil, count: order.count))
    var results: [CacheState: [Int: CallResult]] = [.cold: [:], .warm: [:]]
    var turns = order.map(Optional.some)
    if lineup.nullWorker != nil { turns.insert(nil, at: generator.index(below: turns.count + 1)) }
    for contender in turns {
      guard let contender else {
        try await callNull([(.cold, cold, places.0), (.warm, warm, places.1)], &round)
        continue
      }
      let first = try await call(contender, cold, place: places.0, flushing: true)
      let second = try await call(contender, warm, place: places.1, flushing: false)
      if flush != nil { round.coldMs[contender] = milliseconds(first.result) }
      round.warmMs[contender] = milliseconds(second.result)
      if first.disturbed && flush != nil || second.disturbed { round.disturbed = true }
      results[.cold]?[contender] = first.result
      results[.warm]?[contender] = second.result
    }
    // A coarse timing is a handful of rounds: the last one's successor would be drawn for nothing.
    if flush != nil { upcoming = draw() }
    for (state, inputs) in [(CacheState.cold, cold), (.warm, warm)] {
      try await verify(results[state] ?? [:], inputs, state)
    }
    return round
  }

  /// Returns when the oracle is at work for it no more: what it draws lies where others would find theirs changed.
  func finish() async {
    _ = await upcoming?.result
    upcoming = nil
  }

  private struct Drawn: Sendable {
    var cold: CallInputs
    /// nil where they are to be the cold call's with one element changed.
    var warm: CallInputs?
  }

  private func draw() -> Task<Drawn, any Error> {
    let isSingle = Double(generator.index(below: 1000)) < 1000 * Self.singleElementShare
    return Task.detached { [oracle] in
      try await CorrectnessRun.ours {
        Drawn(cold: try await Self.inputs(oracle), warm: isSingle ? nil : try await Self.inputs(oracle))
      }
    }
  }

  private static func inputs(_ oracle: Oracle) async throws -> CallInputs {
    try await oracle.inputs(seed: UInt64.random(in: 0...UInt64.max >> 1))
  }

  private func inputs() async throws -> (cold: CallInputs, warm: CallInputs) {
    let drawn = try await (upcoming ?? draw()).value
    upcoming = nil
    if let warm = drawn.warm ?? SingleElementChange.apply(to: drawn.cold, using: &generator) {
      return (drawn.cold, warm)
    }
    return (drawn.cold, try await CorrectnessRun.ours { [oracle] in try await Self.inputs(oracle) })
  }

  private func milliseconds(_ result: CallResult) -> Double? {
    let time = result.elapsed - lineup.nullSeconds
    return time > 0 ? time * 1e3 : nil
  }

  private func callNull(_ calls: [(CacheState, CallInputs, UInt64)], _ round: inout TimingRound) async throws {
    for (state, inputs, place) in calls {
      let (result, disturbed) = try await call(nil, inputs, place: place, flushing: state == .cold)
      round.nullMs[state] = NullCall.cost(of: result) * 1e3
      if disturbed { round.disturbed = true }
    }
  }

  /// - Parameter contender: nil for the null worker.
  private func call(
    _ contender: Int?, _ inputs: CallInputs, place: UInt64, flushing: Bool
  ) async throws -> (result: CallResult, disturbed: Bool) {
    guard let worker = contender.map({ lineup.workers[$0] }) ?? lineup.nullWorker else {
      throw VerificationProblem.stopped
    }
    let flush = flushing ? flush : nil
    let box = SampleBox()
    let isCandidate = contender == lineup.contenders.candidate
    let options = CallOptions(
      timeout: timeout, placement: place, copyOutputs: isCandidate || contender == lineup.eager,
      beforeGo: {
        // Who else wants to run is asked before the flush: its own threads may still be counted right after it.
        box.lookAround()
        flush?.run()
        box.take()
      })
    do {
      let result = try await worker.call(inputs, options: options)
      let before = box.taken
      let isDisturbed = watch.isDisturbed(
        contender ?? lineup.workers.count, from: before.use, to: ProcessorUse.now(), waited: result.waited,
        elapsed: (ContinuousClock.now - before.time) / .seconds(1))
      let isSlowed = calibration.isSlowed(before.loop)
      return (result, before.occupied || isDisturbed || isSlowed)
    } catch let failure as WorkerFailure {
      if isCandidate { throw try CandidateProcess.blame(failure, gate: "timing", doing: "while it was timed") }
      if case .terminated = failure { throw VerificationProblem.stopped }
      let name = contender.map { lineup.contenders.names[$0] } ?? "the empty call"
      throw VerificationProblem.workerFailed("\(name): \(failure)")
    }
  }

  /// Checks the candidate's output of one timed call.
  private func verify(_ results: [Int: CallResult], _ inputs: CallInputs, _ state: CacheState) async throws {
    guard let got = results[lineup.contenders.candidate], let wanted = results[lineup.eager] else { return }
    checkedCalls += 1
    let name = "timed call \(checkedCalls), \(state.rawValue) caches"
    let earlier = replay.recall(got.outputs, of: name)
    let suspicious = !quick.accepts(got, as: wanted) || earlier != nil || !got.changedInputs.isEmpty
    let shares = Self.fullCheckShares
    let share = flush == nil ? 0 : checkedCalls <= Self.firstCalls ? shares.first : shares.later
    guard suspicious || Double(generator.index(below: 1000)) < 1000 * share else { return }
    // What the oracle says of these outputs lies where it would put the next inputs.
    _ = await upcoming?.result
    fullyCheckedCalls += 1
    if let changed = got.changedInputs.first {
      throw FaultError(
        fault: Fault(.wrong, gate: "effects", detail: "It changes input \(changed) in place while it is timed."))
    }
    let wantedCase = InputCase(gate: "timing", name: name, required: true)
    let seed = UInt64.random(in: 0...UInt64.max >> 1)
    let fault = try await CorrectnessRun.ours { [oracle, check] in
      var drawn = try await oracle.judge(inputs, as: wantedCase, seed: seed, slot: 0)
      return try await check.check(got, &drawn).fault
    }
    guard var fault else { return }
    if let earlier {
      fault = Fault(
        .cheating, gate: "replay", detail: "In \(name), it gave back the output of an earlier one (\(earlier)).",
        counterexample: fault.counterexample)
    }
    throw FaultError(fault: fault)
  }
}

/// Keeps what the system showed right before *go*, when every worker was frozen.
private final class SampleBox: Sendable {
  struct Sample: Sendable {
    var occupied = false
    /// Nanoseconds of the calibration loop.
    var loop = 0.0
    var use: ProcessorUse?
    var time = ContinuousClock.now
  }

  private let sample = Mutex(Sample())

  func lookAround() {
    let occupied = DisturbanceWatch.isOccupied()
    let loop = CalibrationLoop.run()
    sample.withLock {
      $0.occupied = occupied
      $0.loop = loop
    }
  }

  func take() {
    let use = ProcessorUse.now()
    sample.withLock {
      $0.use = use
      $0.time = .now
    }
  }

  var taken: Sample { sample.withLock { $0 } }
}
