/// The process that holds a candidate, with what is kept of its calls. A call's failure is a fault of the candidate,
/// never an error of ours.
actor CandidateProcess {
  let worker: CallWorker
  private var replay = ReplayMemory()
  /// Slots in which outputs were seen to lie; see `Effects`.
  private(set) var effects = Effects()
  private(set) var calls = 0
  /// Whether it was called without and with gradients before.
  private var isKnown = (inference: false, gradients: false)

  /// Seconds for the first call without gradients and the first with them, in which native code is compiled.
  private let firstCallTimeout: Double

  init(worker: CallWorker, firstCallTimeout: Double) {
    self.worker = worker
    self.firstCallTimeout = firstCallTimeout
  }

  /// One call on a case's inputs.
  /// - Parameter earlier: outputs of earlier calls that are to stay alive and be looked at again; nil lets them go.
  /// - Throws: ``Fault`` when the candidate is to blame; ``VerificationProblem/stopped`` when we stopped it.
  /// - Parameter guarded: as in ``CallOptions/guarded``.
  func call(
    _ drawn: OracleCase, timeout: Double, after earlier: [OutputTensor]? = nil, guarded: Bool = false
  ) async throws -> CallResult {
    let mode: CallMode = drawn.wanted.gradients ? .gradients : .inference
    let isFirst = drawn.wanted.gradients ? !isKnown.gradients : !isKnown.inference
    if drawn.wanted.gradients { isKnown.gradients = true } else { isKnown.inference = true }
    let allowed = isFirst ? max(timeout, firstCallTimeout) : timeout
    var options = CallOptions(timeout: .seconds(allowed), keepsEarlier: earlier != nil, reread: earlier ?? [])
    options.guarded = guarded
    options.nearby = true
    calls += 1
    do {
      let result = try await worker.call(drawn.inputs, mode: mode, options: options)
      effects.note(result, drawn, after: earlier ?? [])
      return result
    } catch let failure as WorkerFailure {
      throw try Self.blame(failure, gate: drawn.wanted.gate, doing: "on inputs '\(drawn.wanted.name)'")
    }
  }

  /// A call before all gates, in which native code is compiled. What goes wrong in it goes wrong in the next one too, and is
  /// told of there; what it gives is remembered, in case it is given back then.
  func callEarly(_ example: CallInputs) async {
    guard let result = try? await worker.call(example, options: CallOptions(timeout: .seconds(firstCallTimeout))) else {
      return
    }
    _ = replay.recall(result.outputs, of: "a call before the first check")
  }

  /// A command other than a call.
  func perform<Value: Sendable>(
    gate: String, doing what: String, _ body: @Sendable (CallWorker) async throws -> Value
  ) async throws -> Value {
    do {
      return try await body(worker)
    } catch let failure as WorkerFailure {
      throw try Self.blame(failure, gate: gate, doing: what)
    }
  }

  static func blame(_ failure: WorkerFailure, gate: String, doing what: String) throws -> FaultError {
    guard let fault = Fault(failure, gate: gate, doing: what) else {
      if case .launchFailed(let detail) = failure { throw VerificationProblem.workerFailed(detail) }
      throw VerificationProblem.stopped
    }
    return FaultError(fault: fault)
  }

  /// The name of an earlier call whose output came back, where a failed check makes that a replay.
  func recall(_ result: CallResult, of drawn: OracleCase) -> String? {
    replay.recall(result.outputs, of: drawn.wanted.name, on: drawn.identity)
  }

  nonisolated func terminate() {
    worker.terminate()
  }
}

/// A fault on its way to whoever speaks the verdict.
struct FaultError: Error, Sendable {
  var fault: Fault
}

/// What calls did besides giving outputs.
struct Effects: Sendable {
  private(set) var calls = 0
  /// The first fault found.
  private(set) var fault: Fault?

  mutating func note(_ result: CallResult, _ drawn: OracleCase, after earlier: [OutputTensor] = []) {
    calls += 1
    guard fault == nil else { return }
    let name = drawn.wanted.name
    for (output, again) in zip(earlier, result.reread) where output.bytes != again {
      fault = Fault(
        .wrong, gate: "effects",
        detail: "An earlier call's output changed when it was called again: it hands out one buffer twice.")
      return
    }
    for output in result.outputs where earlier.contains(where: { Self.overlap($0, output) }) {
      fault = Fault(
        .wrong, gate: "effects",
        detail: "Its output lies in the memory of an earlier call's, which the caller still holds.")
      return
    }
    if let changed = result.changedInputs.first {
      fault = Fault(.wrong, gate: "effects", detail: "It changes input \(changed) in place (on inputs '\(name)').")
      return
    }
    for (index, output) in result.outputs.enumerated() where index < drawn.results.count {
      if output.aliasesInput && !drawn.results[index].alias {
        fault = Fault(
          .wrong, gate: "effects", detail: "Output \(index) is a view of an input, which the op's own is not.")
        return
      }
    }
    // What the user's own code hands out as views of each other, a candidate may hand out so too.
    for (first, second) in Self.overlapping(result.outputs)
    where drawn.results[safe: first]?.storage != drawn.results[safe: second]?.storage {
      fault = Fault(.wrong, gate: "effects", detail: "Outputs \(first) and \(second) share memory.")
      return
    }
  }

  /// Pairs of outputs whose memory overlaps.
  static func overlapping(_ outputs: [OutputTensor]) -> [(Int, Int)] {
    var found: [(Int, Int)] = []
    for (index, first) in outputs.enumerated() {
      for (other, second) in outputs.enumerated().dropFirst(index + 1) where overlap(first, second) {
        found.append((index, other))
      }
    }
    return found
  }

  static func overlap(_ first: OutputTensor, _ second: OutputTensor) -> Bool {
    let (a, b) = (UInt64(first.layout.extent), UInt64(second.layout.extent))
    guard a > 0, b > 0 else { return false }
    return first.dataPointer < second.dataPointer &+ b && second.dataPointer < first.dataPointer &+ a
  }
}

extension Array {
  /// nil outside the bounds.
  subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
