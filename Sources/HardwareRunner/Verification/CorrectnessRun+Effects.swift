extension CorrectnessRun {
  /// Outputs of several calls, all held at once as a caller may hold them: none may lie in another's memory or change.
  /// What the op's own code hands out of its inputs or keeps is its business.
  /// - Returns: threads that these calls, after many others, have added to the process.
  func ownership() async throws -> Int {
    guard !admission.aliases else { return 0 }
    progress("effects", "outputs held over several calls")
    var held: [OutputTensor] = []
    var threads: [Int] = []
    var drawn: OracleCase?
    var count = Self.heldCalls.lowerBound
    for number in 0..<Self.heldCalls.upperBound where number < count {
      // From the third call on, addresses are the point: the inputs may be the same ones.
      let ready: OracleCase
      if number >= Self.different, let drawn {
        ready = drawn
      } else {
        let wanted = InputCase(
          gate: "effects", name: "as given, held \(number + 1)", single: number > 0 && admission.floating, seed: again,
          required: true)
        ready = try await Self.ours { [oracle, again] in
          try await oracle.draw(wanted, seed: again, slot: 0, judged: false, lent: true)
        }
      }
      held += try await candidate.call(ready, timeout: callTimeout, after: held).outputs
      threads.append(candidate.worker.threadCount())
      let bytes = held.reduce(0) { $0 + $1.bytes.count }
      count = max(count, Self.heldBytes * (number + 1) / max(bytes, 1))
      drawn = ready
    }
    return (threads.last ?? 0) - (threads.first ?? 0)
  }

  /// So many outputs are held at once: who hands out a few buffers in turn, to be spared fresh memory, is found out.
  private static let heldCalls = 3...12
  /// So many of them on inputs of their own.
  private static let different = 2
  /// Beyond the fewest, no more than fit into this.
  private static let heldBytes = 64 << 20

  func effects() async throws {
    let effects = await candidate.effects
    if let fault = effects.fault { throw FaultError(fault: fault) }
    report.gates.append(
      Gate(
        name: "effects", passed: true, detail: "Inputs unchanged and outputs owned by the caller in every call.",
        figures: ["calls": Double(effects.calls)]))
  }

  /// What calls leave behind in the program that makes them: processes, threads that keep a processor busy, one more
  /// thread each time, and settings that hold for everybody's code. Pools of threads that rest between calls are no
  /// leftovers.
  /// - Parameter growth: threads that the last calls have added, after many others.
  /// - Parameter wanted: the settings of a process in which only the user's own code has run, and of one in which nothing
  ///   has. A candidate may leave either: its file need not do what the user's file does when it is imported.
  func leftovers(growth: Int, settings wanted: [[String: String]]) async throws {
    let between = "when it was looked at between calls"
    let look = try await candidate.perform(gate: "effects", doing: between) { try await $0.lookWhileIdle() }
    if look.leftovers > 0 {
      throw Self.fault("It leaves \(look.leftovers) process\(look.leftovers == 1 ? "" : "es") behind.")
    }
    if growth > 0 { throw Self.fault("Every call leaves a thread behind: \(growth) more after a few calls.") }
    if let processors = look.processors, processors > Self.busy {
      throw Self.fault("Its threads keep a processor busy after its calls have returned.")
    }
    let settings = try await candidate.perform(gate: "effects", doing: between) { try await $0.settings() }
    for name in Set(wanted.flatMap(\.keys)).sorted() where !wanted.contains(where: { $0[name] == settings[name] }) {
      let (got, before) = (settings[name] ?? "nothing", wanted.first?[name] ?? "nothing")
      throw Self.fault("It changes \(name) for the whole program: \(got) where the op leaves \(before).")
    }
  }

  /// Of one processor; far more than sleeping threads take, far less than one that never sleeps.
  private static let busy = 0.2

  private static func fault(_ detail: String) -> FaultError {
    FaultError(fault: Fault(.wrong, gate: "effects", detail: detail))
  }
}
