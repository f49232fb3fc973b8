extension CorrectnessRun {
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
