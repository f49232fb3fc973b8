import Foundation

/// What the correctness gates found out about one candidate.
struct CorrectnessReport: Sendable {
  var gates: [Gate] = []
  /// What ended the run; nil when every gate passed.
  var fault: Fault?
  var labels: Set<Label> = []
  var errorRatio: Double?
  /// Input sets on which the output was checked.
  var inputsTried = 0
}

/// Takes one loaded candidate through the gates about being right, in an order in which the likeliest faults come
/// first. The oracle makes the next inputs while the candidate's output is looked at.
actor CorrectnessRun {
  let candidate: CandidateProcess
  let oracle: Oracle
  let admission: OracleMessages.Admission
  let policy: VerificationPolicy
  /// Seconds that a call may take.
  let callTimeout: Double
  let threads: Int
  let progress: @Sendable (String, String) -> Void
  let check: OutputCheck
  var seeds: SeedSource
  /// Of the file's own inputs, where it is not their contents that matter: a file may take longer to draw some than the
  /// op and all checks take on them. The gate `oracle` has had them first.
  let again: UInt64
  /// Until when sets of inputs are begun. What the candidate takes for itself is added to it: one that dawdles must not
  /// get away with fewer.
  private var deadline: ContinuousClock.Instant
  var report = CorrectnessReport()
  private var tried = Set<InputCase>()

  init(
    candidate: CandidateProcess, oracle: Oracle, admission: OracleMessages.Admission, policy: VerificationPolicy,
    callTimeout: Double, threads: Int, seeds: SeedSource, progress: @escaping @Sendable (String, String) -> Void
  ) {
    self.candidate = candidate
    self.oracle = oracle
    self.admission = admission
    self.policy = policy
    self.callTimeout = callTimeout
    self.threads = threads
    self.seeds = seeds
    again = self.seeds.next()
    self.progress = progress
    check = OutputCheck(oracle: oracle, policy: policy)
    deadline = .now + .seconds(policy.gateBudget)
  }

  /// All gates; ends at the first fault.
  /// - Parameter guarded: the candidate once more, for the gate `memory`.
  /// - Parameter settings: of processes that never saw a candidate; see ``leftovers(growth:settings:)``.
  func runAll(
    initial state: StateBundle, settings: [[String: String]],
    guarded: @Sendable () async throws -> Result<CandidateProcess, any Error>
  ) async throws -> CorrectnessReport {
    try await guarding {
      try await self.plainGate("oracle", InputPlan.asGiven(last: self.again))
      try await self.singleElements()
      try await self.plainGate("inputs", InputPlan.contents(self.admission))
      try await self.plainGate("shapes", InputPlan.shapes(self.admission, seed: self.again), mayRaise: true)
      try await self.plainGate("strides", InputPlan.layouts(self.admission), mayRaise: true)
      let weights = try await self.changedWeights(initial: state)
      let growth = try await self.repeatedCalls(weights: weights)
      try await self.gradients(initial: state)
      try await self.leftovers(growth: growth, settings: settings)
      try await self.effects()
      try await self.memory(guarded())
      self.passReplay()
    }
  }

  /// The few gates that a search can afford for every candidate.
  func runQuickly() async throws -> CorrectnessReport {
    try await guarding {
      try await self.plainGate("oracle", Array(InputPlan.asGiven().prefix(1)))
      let contents = InputPlan.contents(self.admission).filter { ["normal", "NaN"].contains($0.name) }
      try await self.plainGate("inputs", contents)
      try await self.effects()
    }
  }

  private func guarding(_ body: () async throws -> Void) async throws -> CorrectnessReport {
    do {
      try await body()
    } catch let error as FaultError {
      report.fault = error.fault
      report.gates.append(Gate(name: error.fault.gate, passed: false, detail: error.fault.detail))
    }
    return report
  }

  // MARK: Gates

  /// A gate that tries cases one after the other.
  private func plainGate(_ name: String, _ cases: [InputCase], mayRaise: Bool = false) async throws {
    guard !cases.isEmpty else {
      let detail =
        name == "inputs"
        ? "The op takes integers only: no other contents than its own were tried." : "Nothing to vary."
      report.gates.append(Gate(name: name, passed: true, detail: detail, figures: ["sets": 0]))
      return
    }
    let tally = try await run(cases, mayRaise: mayRaise)
    var detail = "\(tally.checked) sets of inputs within the bound"
    if name == "oracle" {
      detail = "\(tally.checked) sets as the file gives them, within the bound of "
      detail += admission.noFloat64.map { "the working precision (no float64 oracle: \($0))" } ?? "the float64 oracle"
    }
    if let tolerance = policy.tolerance { detail += ", with a relative error of \(tolerance) allowed by the directive" }
    if tally.refused > 0 { detail += "; the op itself refuses \(tally.refused) others" }
    if tally.raised > 0 { detail += "; the candidate refuses \(tally.raised) by raising" }
    if tally.late > 0 { detail += "; \(tally.late) left out for lack of time" }
    var figures = ["sets": Double(tally.checked), "refused_by_op": Double(tally.refused)]
    if let ratio = tally.errorRatio { figures["worst_element_units"] = ratio }
    if mayRaise { figures["refused_by_candidate"] = Double(tally.raised) }
    report.gates.append(Gate(name: name, passed: true, detail: detail + ".", figures: figures))
  }

  struct Tally {
    var checked = 0
    var refused = 0
    var raised = 0
    var late = 0
    var errorRatio: Double?
  }

  /// Tries `cases`; while one's output is compared, the oracle makes the next. Not while the candidate works on it: two
  /// processes that both want every processor wait for each other at the end of each of their parallel loops, which took
  /// longer than the two of them in turn.
  private func run(_ cases: [InputCase], mayRaise: Bool = false) async throws -> Tally {
    var upcoming: Task<OracleCase, any Error>?
    do {
      return try await tried(cases, mayRaise: mayRaise, &upcoming)
    } catch {
      // What the oracle draws lies where whoever comes next would find theirs changed.
      _ = await upcoming?.result
      throw error
    }
  }

  private func tried(
    _ cases: [InputCase], mayRaise: Bool, _ upcoming: inout Task<OracleCase, any Error>?
  ) async throws -> Tally {
    var tally = Tally()
    for (number, wanted) in cases.enumerated() {
      let pending = upcoming ?? draw(wanted, slot: number % 2)
      upcoming = nil
      var drawn = try await Self.ours { try await pending.value }
      if ContinuousClock.now > deadline && number > 0 {
        tally.late += cases.count - number
        break
      }
      progress(wanted.gate, wanted.name)
      if drawn.skipped != nil {
        tally.refused += 1
        continue
      }
      do {
        let result = try await call(drawn)
        if number + 1 < cases.count { upcoming = draw(cases[number + 1], slot: (number + 1) % 2) }
        let ratio = try await judge(result, &drawn)
        tally.checked += 1
        tally.errorRatio = max(tally.errorRatio ?? 0, ratio)
      } catch let error as FaultError where mayRaise && error.fault.raised {
        tally.raised += 1
        report.labels.insert(.shapeLimited)
      }
    }
    return tally
  }

  func draw(_ wanted: InputCase, slot: Int) -> Task<OracleCase, any Error> {
    let seed = wanted.seed ?? seeds.next()
    let oracle = oracle
    return Task { try await oracle.draw(wanted, seed: seed, slot: slot, lent: true) }
  }

  private func call(_ drawn: OracleCase) async throws -> CallResult {
    let start = ContinuousClock.now
    let result = try await candidate.call(drawn, timeout: callTimeout)
    deadline += ContinuousClock.now - start
    return result
  }

  /// Checks what the candidate gave.
  /// - Returns: the error as a multiple of the reference's own.
  func judge(_ result: CallResult, _ drawn: inout OracleCase) async throws -> Double {
    let found = try await Self.ours { [check, drawn] in
      var drawn = drawn
      return try await check.check(result, &drawn)
    }
    let earlier = await candidate.recall(result, of: drawn)
    count(drawn)
    if drawn.wanted.scored && found.fault == nil {
      report.errorRatio = try check.errorRatio(result, drawn)
    }
    if let fault = found.fault {
      if let earlier {
        throw FaultError(
          fault: Fault(
            .cheating, gate: "replay",
            detail: "On inputs '\(drawn.wanted.name)' it gave back the output of an earlier call ('\(earlier)').",
            counterexample: fault.counterexample))
      }
      throw FaultError(fault: try await smaller(fault, drawn.wanted))
    }
    if drawn.wanted.gradients, let missing = found.withoutGradients { throw NoGradients(reason: missing) }
    return found.errorRatio
  }

  /// Counts a set of inputs whose output was checked, where it is not one that was counted before.
  func count(_ drawn: OracleCase) {
    tried.insert(drawn.identity)
    report.inputsTried = tried.count
  }

  /// The same fault on a smaller batch, if it shows there.
  private func smaller(_ fault: Fault, _ failed: InputCase) async throws -> Fault {
    for wanted in InputPlan.shrunk(failed, admission) {
      guard var drawn = try? await draw(wanted, slot: 0).value, drawn.skipped == nil else { continue }
      guard let result = try? await candidate.call(drawn, timeout: callTimeout) else { continue }
      if let found = try await check.check(result, &drawn).fault, found.counterexample != nil {
        var smaller = fault
        smaller.counterexample = found.counterexample
        return smaller
      }
    }
    return fault
  }

  /// An earlier call's inputs with one element changed: what remembers outputs by a sample of its inputs is found out.
  private func singleElements() async throws {
    guard admission.floating else { return }
    _ = try await run([
      InputCase(gate: "replay", name: "as given, one element changed", single: true, seed: again)
    ])
  }

  private func passReplay() {
    report.gates.append(
      Gate(name: "replay", passed: true, detail: "No output was that of an earlier call on other inputs."))
  }

  /// Weights change as training changes them; what was computed from the old ones must not be used again. That holds of
  /// the changed ones too, when the first are back: the next call is on them (``repeatedCalls(weights:)``).
  /// - Returns: sets that were checked; nil where the op has no weights.
  private func changedWeights(initial: StateBundle) async throws -> Int? {
    progress("weights", "changed weights")
    var checked = 0
    do {
      for asTraining in [false, true] {
        let seed = seeds.next()
        guard let changed = try await Self.ours({ [oracle] in try await oracle.state(seed: seed) }) else { return nil }
        let name = asTraining ? "weights changed in place" : "changed weights"
        try await candidate.perform(gate: "weights", doing: "when its weights are changed") {
          try await $0.loadState(changed, asTraining: asTraining)
        }
        checked += try await run([InputCase(gate: "weights", name: name, seed: again, required: true)]).checked
      }
    } catch {
      // The oracle outlives this candidate, with the weights that the next one is given.
      _ = try await Self.ours { [oracle] in try await oracle.state(seed: nil) }
      throw error
    }
    _ = try await Self.ours { [oracle] in try await oracle.state(seed: nil) }
    try await candidate.perform(gate: "weights", doing: "when its weights are loaded anew") {
      try await $0.loadState(initial)
    }
    return checked
  }

  /// Outputs and gradients in `train()`.
  private func gradients(initial: StateBundle) async throws {
    guard policy.checksGradients else {
      report.gates.append(Gate(name: "gradients", passed: true, detail: "Not checked: turned off by the directive."))
      return
    }
    progress("gradients", "training mode")
    try await candidate.perform(gate: "gradients", doing: "when it is set to training") {
      try await $0.setTraining(true)
    }
    let (inTurn, apart) = InputPlan.training(seed: again)
    var detail: String
    var figures: [String: Double] = [:]
    do {
      var tally = admission.floating ? try await run([inTurn]) : Tally()
      if tally.checked == 0 { tally = try await run(admission.floating ? apart : [apart[0]]) }
      figures["sets"] = Double(tally.checked)
      if let ratio = tally.errorRatio { figures["worst_element_units"] = ratio }
      detail =
        tally.checked > 0
        ? "Outputs in training and all gradients are within the bound."
        : "Nothing to check: the op has no gradients, or is random in training."
    } catch let missing as NoGradients {
      report.labels.insert(.forwardOnly)
      detail = "Forward only: \(missing.reason)."
    } catch let error as FaultError where error.fault.raised {
      report.labels.insert(.forwardOnly)
      detail = "Forward only: \(error.fault.detail)"
    }
    try await candidate.perform(gate: "gradients", doing: "when it is set to evaluation") {
      try await $0.setTraining(false)
      // Training has moved running statistics.
      try await $0.loadState(initial)
    }
    report.gates.append(Gate(name: "gradients", passed: true, detail: detail, figures: figures))
  }

  /// Runs something that only our own workers are to blame for.
  static func ours<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let failure as WorkerFailure {
      switch failure {
      case .terminated: throw VerificationProblem.stopped
      case .raised: throw VerificationProblem.referenceRaises(failure.description)
      default: throw VerificationProblem.workerFailed(failure.description)
      }
    }
  }
}

/// The candidate gives no gradients where the reference does.
struct NoGradients: Error {
  var reason: String
}
