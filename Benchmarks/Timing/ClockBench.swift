import Foundation
import HardwareRunner
import Synchronization

/// One op that knows its time: in a sandboxed worker under the outside clock, and in a plain process.
final class ClockBench {
  private struct Sample {
    var outside: Double
    var inside: Double
    var plain: Double
    var null: Double
  }

  private let work: KnownWork
  private let worker: CallWorker
  private let idle: CallWorker
  private let plain: PlainProcess
  private let flush: CacheFlush
  private var watch: DisturbanceWatch
  private var samples: [CacheState: [Sample]] = [:]
  private var raw: [CacheState: [Sample]] = [:]
  private var nulls: [CacheState: [Double]] = [:]

  init(_ work: KnownWork, machine: Machine, flush: CacheFlush) async throws {
    self.work = work
    self.flush = flush
    watch = DisturbanceWatch(processors: machine.environment.threads)
    let folder = NSTemporaryDirectory()
    let reference = OpReference(
      path: folder + "op.py", source: work.source, name: "Model", kind: .module, inputs: .functions, workspace: folder)
    let bytes = 4 * work.elements
    let size = CallWorker.arenaSize(inputs: bytes, state: 0, outputs: bytes)
    func launch(_ role: ContenderRole) async throws -> CallWorker {
      try await CallWorker.launch(
        role: role, reference: reference, candidateSource: nil, environment: machine.environment,
        arena: SharedArena(size: size), state: nil)
    }
    worker = try await launch(.eager)
    idle = try await launch(.null)
    try await idle.setNullOutputs(work.outputs)
    plain = try PlainProcess(python: machine.environment.python.executable, threads: machine.environment.threads)
    _ = try ask(cold: false, source: work.source)
    // The null call is set to what the op does at least, as a timing sets it.
    let null = try await NullCall.measure(in: idle, on: inputs(), times: 7)
    var quickest = Double.infinity
    for _ in 0..<5 { quickest = min(quickest, try await call(worker, cold: false).result.elapsed) }
    try await idle.setNullTouches(null.isTouched(byCallOf: quickest))
  }

  func close() {
    worker.terminate()
    idle.terminate()
  }

  /// Calls that were made anew because somebody else used the machine meanwhile, as the protocol would.
  private(set) var disturbed = 0

  /// Some rounds: each state of the caches once in the worker, once in the null worker and once in the plain process, in
  /// random order. What the null calls took is taken off the round's others, as a timing does it.
  func measure(times: Int) async throws {
    for state in CacheState.allCases {
      nulls[state] = []
      raw[state] = []
    }
    for _ in 0..<times {
      for state in CacheState.allCases.shuffled() {
        let cold = state == .cold
        var sample = Sample(outside: 0, inside: 0, plain: 0, null: 0)
        for turn in [0, 1, 2].shuffled() {
          switch turn {
          case 0: sample.plain = try ask(cold: cold) * 1e6
          case 1: nulls[state, default: []].append(NullCall.cost(of: try await quietCall(idle, cold: cold)) * 1e6)
          default:
            let result = try await quietCall(worker, cold: cold)
            let ticks = result.outputs[1].bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
            (sample.outside, sample.inside) = (result.elapsed * 1e6, Double(ticks) * 1e-3)
          }
        }
        raw[state, default: []].append(sample)
      }
    }
    for state in CacheState.allCases {
      let cost = NullCall.middle(nulls[state] ?? [])
      samples[state, default: []] += (raw[state] ?? []).map { sample in
        var sample = sample
        sample.outside -= cost
        sample.null = cost
        return sample
      }
    }
  }

  func records() -> [ClockRecord] {
    CacheState.allCases.compactMap { state in
      let all = samples[state] ?? []
      func median(_ value: (Sample) -> Double) -> ConfidenceInterval? { Bootstrap.median(of: all.map(value)) }
      guard let outside = median(\.outside), let inside = median(\.inside), let plain = median(\.plain),
        let error = median({ $0.outside - $0.inside }), let difference = median({ $0.outside - $0.plain }),
        let null = median(\.null)
      else { return nil }
      return ClockRecord(
        work: work.name, title: work.title, caches: state.rawValue, outside: outside, inside: inside, plain: plain,
        error: error, difference: difference, null: null, times: all.count, disturbed: disturbed)
    }
  }

  private func inputs() -> CallInputs {
    var bytes = [UInt8](repeating: 0, count: 4 * work.elements)
    // The worker's inputs are new in every call; only the first words have to differ for that.
    withUnsafeBytes(of: Float.random(in: 1...2)) { bytes.replaceSubrange(0..<4, with: $0) }
    return CallInputs(
      bytes: bytes, arguments: [.tensor(TensorLayout(contiguous: .float32, shape: [work.elements]))])
  }

  /// A call that nobody disturbed if there is one among a few.
  private func quietCall(_ worker: CallWorker, cold: Bool) async throws -> CallResult {
    for _ in 0..<Self.patience {
      let (result, isDisturbed) = try await call(worker, cold: cold)
      if !isDisturbed { return result }
      disturbed += 1
    }
    return try await call(worker, cold: cold).result
  }

  private static let patience = 5

  private func call(_ worker: CallWorker, cold: Bool) async throws -> (result: CallResult, isDisturbed: Bool) {
    let flush = cold ? flush : nil
    let before = Mutex<(occupied: Bool, use: ProcessorUse?)>((false, nil))
    let result = try await worker.call(
      inputs(),
      options: CallOptions(beforeGo: {
        let occupied = DisturbanceWatch.isOccupied()
        flush?.run()
        before.withLock { $0 = (occupied, ProcessorUse.now()) }
      }))
    let seen = before.withLock { $0 }
    let isDisturbed = watch.isDisturbed(
      0, from: seen.use, to: ProcessorUse.now(), waited: result.waited, elapsed: result.elapsed)
    return (result, seen.occupied || isDisturbed)
  }

  private func ask(cold: Bool, source: String? = nil) throws -> Double {
    struct Question: Encodable {
      let `do` = "call"
      var source: String?
      var flush: Int
    }
    struct Reply: Decodable { var seconds: Double }
    let reply: Reply = try plain.ask(Question(source: source, flush: cold ? flush.size : 0))
    return reply.seconds
  }
}
