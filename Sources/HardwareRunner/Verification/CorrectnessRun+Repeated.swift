extension CorrectnessRun {
  /// The same inputs several times: with the first weights back, at other addresses, with the outputs of all calls held
  /// at once as a caller may hold them, and with one thread. Right each time, and no output lies in another's memory or
  /// changes. What the op's own code hands out of its inputs or keeps is its business.
  /// - Parameter weights: sets that the gate `weights` has checked so far; nil where there are none to change.
  /// - Returns: threads that these calls, after many others, have added to the process.
  func repeatedCalls(weights: Int?) async throws -> Int {
    progress("determinism", "repeated calls")
    var drawn = try await drawAgain(gate: weights == nil ? "determinism" : "weights", name: "first weights again")
    var held = Held()
    let first = try await hold(drawn, &held)
    _ = try await judge(first, &drawn)
    report.gates.append(weightsGate(sets: weights.map { $0 + 1 }))
    drawn.wanted.gate = "determinism"
    drawn.wanted.name = "as given, repeated"
    if !admission.aliases {
      // In between one on other inputs: who writes every output to the same place is found out by what it changes.
      progress("effects", "outputs held over several calls")
      let other = try await drawAgain(
        gate: "effects", name: "as given, held", single: admission.floating, judged: false)
      _ = try await hold(other, &held)
    }
    let second = try await checked(hold(drawn, &held), &drawn)
    if !admission.aliases {
      let most = min(Self.heldCalls.upperBound, Self.heldBytes * held.threads.count / max(held.bytes, 1))
      while held.threads.count < max(Self.heldCalls.lowerBound, most) { _ = try await hold(drawn, &held) }
    }
    let growth = held.growth
    held = Held()

    try await setThreads(1)
    let alone = try await checked(candidate.call(drawn, timeout: callTimeout * Double(self.threads)), &drawn)
    try await setThreads(self.threads)
    let (same, sameAlone) = (Self.agree(first, second), Self.agree(first, alone))
    let detail = same ? "Repeated calls agree to the last bit" : "Repeated calls agree within the bound"
    report.gates.append(
      Gate(
        name: "determinism", passed: true,
        detail: detail + (sameAlone ? ", with one thread too." : "; with one thread, within the bound."),
        figures: ["bitwise_repeat": same ? 1 : 0, "bitwise_one_thread": sameAlone ? 1 : 0]))
    return admission.aliases ? 0 : growth
  }

  /// So many outputs are held at once: who hands out a few buffers in turn, to be spared fresh memory, is found out.
  private static let heldCalls = 3...12
  /// Beyond the fewest, no more than fit into this.
  private static let heldBytes = 64 << 20

  /// What is held, and the threads that the process had after each call.
  private struct Held {
    var outputs: [OutputTensor] = []
    var threads: [Int] = []

    var bytes: Int { outputs.reduce(0) { $0 + $1.bytes.count } }
    var growth: Int { (threads.last ?? 0) - (threads.first ?? 0) }
  }

  private func hold(_ drawn: OracleCase, _ held: inout Held) async throws -> CallResult {
    let earlier = admission.aliases ? nil : held.outputs
    let result = try await candidate.call(drawn, timeout: callTimeout, after: earlier)
    held.outputs += result.outputs
    held.threads.append(candidate.worker.threadCount())
    return result
  }

  private func drawAgain(
    gate: String, name: String, single: Bool = false, judged: Bool = true
  ) async throws -> OracleCase {
    let wanted = InputCase(gate: gate, name: name, single: single, seed: again, required: true)
    return try await Self.ours { [oracle, again] in
      try await oracle.draw(wanted, seed: again, slot: judged ? 0 : 1, judged: judged, lent: true)
    }
  }

  private func checked(_ result: CallResult, _ drawn: inout OracleCase) async throws -> CallResult {
    if let fault = try await check.check(result, &drawn).fault { throw FaultError(fault: fault) }
    return result
  }

  private static func agree(_ one: CallResult, _ other: CallResult) -> Bool {
    one.outputs.map(\.bytes) == other.outputs.map(\.bytes)
  }

  private func weightsGate(sets: Int?) -> Gate {
    guard let sets else { return Gate(name: "weights", passed: true, detail: "The op has no weights.") }
    return Gate(
      name: "weights", passed: true,
      detail: "Follows its weights when they are loaded anew, and when they are changed in place under no_grad.",
      figures: ["sets": Double(sets)])
  }

  private func setThreads(_ count: Int) async throws {
    try await candidate.perform(gate: "determinism", doing: "when the number of threads is set") {
      try await $0.setThreads(count)
    }
  }
}
