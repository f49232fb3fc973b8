import ArgumentParser
import Foundation
import HardwareRunner
import Synchronization

/// How long a whole verification takes, gate by gate, with everything warm that a session keeps warm.
struct VerificationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verification", abstract: "How long a whole verification of a 5 ms op takes, gate by gate.")

  @OptionGroup var options: StudyOptions
  @Option(help: "Verifications of each op.") var times = 3
  @Option(help: "Only the op of this name.") var only: String?

  func run() async throws {
    let machine = try await Machine(python: options.python)
    let file = ResultFile(path: options.output)
    let policy = VerificationPolicy()
    try file.append(machine.record(policy))
    for op in TypicalOp.all where only == nil || only == op.name {
      let watch = GateWatch()
      let folder = NSTemporaryDirectory()
      let session = try await VerificationSession(
        reference: OpReference(
          path: folder + "op.py", source: op.reference, name: "Model", kind: .module, inputs: .functions,
          workspace: folder),
        environment: machine.environment, device: machine.device, policy: policy,
        progress: { watch.note($0.gate) })
      for _ in 0..<times {
        await session.settle()
        watch.start()
        let result = try await session.verify(
          CandidateSource(source: op.candidate, idea: "rewritten", agent: "study"))
        let gates = watch.stop()
        let eager = result.baselines.first { $0.name == "eager" }?.medianMs
        let record = VerificationRecord(
          op: op.name, title: op.title, eagerMs: eager, verdict: result.verdict.rawValue, detail: result.summary,
          gates: gates)
        try file.append(record)
        print(record)
      }
      await session.close()
    }
  }
}

struct VerificationRecord: Encodable {
  let kind = "verification"
  var op: String
  var title: String
  var eagerMs: Double?
  var verdict: String
  var detail: String
  var gates: [GateWatch.Share]
}

/// Takes the time from the progress that a verification reports.
final class GateWatch: Sendable {
  /// Seconds from a gate's first word to the next one's.
  struct Share: Sendable, Encodable {
    var gate: String
    var seconds: Double
  }
  private struct State {
    var shares: [Share] = []
    var last = ContinuousClock.now
  }
  private let state = Mutex(State())

  func start() { state.withLock { $0 = State() } }

  func note(_ gate: String) {
    state.withLock { state in
      Self.close(&state)
      if state.shares.last?.gate != gate { state.shares.append(Share(gate: gate, seconds: 0)) }
    }
  }

  func stop() -> [Share] {
    state.withLock { state in
      Self.close(&state)
      return state.shares
    }
  }

  private static func close(_ state: inout State) {
    let now = ContinuousClock.now
    if !state.shares.isEmpty { state.shares[state.shares.count - 1].seconds += (now - state.last) / .seconds(1) }
    state.last = now
  }
}
