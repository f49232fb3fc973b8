import ArgumentParser
import Foundation
import HardwareRunner

/// Times pairs whose true ratio is known, with the protocol and with the usual loop.
struct PairsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs", abstract: "Times pairs whose true ratio is known. Goes on where it was interrupted.")

  @OptionGroup var options: StudyOptions
  @Flag(help: "Identical pairs only, while a neighbour uses one processor.") var busy = false
  @Option(help: "Stop after so many more pairs.") var limit = Int.max

  /// Seconds for the rounds of one pair, instead of the product's 14: identical code on a quiet machine needs fewer.
  static let budget = 12.0

  func run() async throws {
    var policy = VerificationPolicy()
    policy.usesCompile = false
    policy.timingBudget = Self.budget
    let machine = try await Machine(python: options.python)
    let file = ResultFile(path: options.output)
    let done = Set(try file.read(PairRecord.self).filter { $0.kind == "pair" }.map(\.place))
    try file.append(machine.record(policy))
    let plan = busy ? StudyPlan.busy : .quiet
    var left = limit
    let neighbour = busy ? try Neighbour() : nil
    defer { withExtendedLifetime(neighbour) {} }
    for block in plan.blocks where left > 0 {
      let open = block.variants.indices.map { StudyPlan.Slot(busy: busy, block: block.number, slot: $0) }
        .filter { !done.contains($0) }
      guard !open.isEmpty else { continue }
      let bench = try await StudyBench(block: block, machine: machine, policy: policy)
      try file.append(try bench.scale(busy: busy))
      for place in open.prefix(left) {
        let record = try await bench.pair(place)
        try file.append(record)
        left -= 1
        print(
          "block \(place.block), pair \(place.slot): \(record.op) \(record.otherRepeats) against \(record.repeats):",
          record.claim, String(format: "(%.1f s)", record.seconds), record.detail)
      }
      await bench.close()
    }
  }
}

/// One block: a session of the product, and a plain process beside it.
struct StudyBench {
  private let block: StudyPlan.Block
  private let session: VerificationSession
  private let plain: PlainProcess
  private let flush: Int

  init(block: StudyPlan.Block, machine: Machine, policy: VerificationPolicy) async throws {
    self.block = block
    let folder = NSTemporaryDirectory()
    let reference = OpReference(
      path: folder + "op.py", source: block.op.source("Model"), name: "Model", kind: .module, inputs: .functions,
      workspace: folder)
    plain = try PlainProcess(python: machine.environment.python.executable, threads: machine.environment.threads)
    session = try await VerificationSession(
      reference: reference, environment: machine.environment, device: machine.device, policy: policy, progress: { _ in }
    )
    flush = CacheFlush(lastLevelCache: machine.device.lastLevelCache).size
    await session.settle()
  }

  func close() async { await session.close() }

  func scale(busy: Bool) throws -> ScaleRecord {
    struct Question: Encodable {
      let `do` = "scale"
      var sources: [String]
      var counts: [Int]
      var times: Int
      var flush: Int
    }
    let counts = [50, 100, 150]
    let states: ScaleRecord.States = try plain.ask(
      Question(
        sources: counts.map { block.op.source("Model", repeats: $0) }, counts: counts, times: 15, flush: flush))
    return ScaleRecord(busy: busy, block: block.number, op: block.op.name, states: states)
  }

  func pair(_ place: StudyPlan.Slot) async throws -> PairRecord {
    let variant = block.variants[place.slot]
    let source = block.op.source("ModelNew", repeats: variant.repeats)
    // Neither always has the machine as the other left it.
    let usualFirst = Bool.random()
    var usual = usualFirst ? try self.usual(source) : nil
    let start = ContinuousClock.now
    let reading = try await session.timeAlone(CandidateSource(source: source, idea: "candidate", agent: "study"))
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    // The next candidate's process has begun to start.
    await session.settle()
    if usual == nil { usual = try self.usual(source) }
    guard let usual else { throw VerificationProblem.stopped }
    return PairRecord(reading, usual: usual, place: place, op: block.op, variant: variant, seconds: seconds)
  }

  private func usual(_ candidate: String) throws -> PairRecord.Usual {
    struct Question: Encodable {
      let `do` = "usual"
      var first: String
      var second: String
    }
    struct Reply: Decodable {
      var firstMs: Double
      var secondMs: Double
    }
    let start = ContinuousClock.now
    let reply: Reply = try plain.ask(Question(first: block.op.source("Model"), second: candidate))
    return PairRecord.Usual(
      firstMs: reply.firstMs, secondMs: reply.secondMs, seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
