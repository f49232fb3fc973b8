extension CorrectnessRun {
  /// A second process of the candidate, in which every buffer ends at a page that can't be touched and begins as NaN:
  /// what native code reads or writes outside of its buffers, or reads before it was written, shows.
  /// - Parameter process: has loaded the candidate with guarded memory; or why there is none.
  func memory(_ process: Result<CandidateProcess, any Error>) async throws {
    progress("memory", "guard pages")
    let guarded: CandidateProcess
    switch process {
    case .success(let process): guarded = process
    case .failure(let problem as EnvironmentProblem):
      return report.gates.append(Gate(name: "memory", passed: true, detail: "Not checked: \(problem.message)."))
    case .failure(let error): throw error
    }
    var checked = 0
    for wanted in InputPlan.edges(admission, seed: again) {
      var drawn = try await draw(wanted, slot: 0).value
      if drawn.skipped != nil { continue }
      do {
        let result = try await guarded.call(drawn, timeout: callTimeout, guarded: true)
        if let fault = try await check.check(result, &drawn).fault { throw FaultError(fault: Self.unwritten(fault)) }
        checked += 1
        count(drawn)
      } catch let error as FaultError where error.fault.raised && wanted.shape != nil {
        continue
      } catch var error as FaultError {
        error.fault = Self.outside(error.fault)
        throw error
      }
    }
    report.gates.append(
      Gate(
        name: "memory", passed: true,
        detail: "Stays inside its buffers, and reads nothing that was not written before.",
        figures: ["sets": Double(checked)]))
  }

  private static func unwritten(_ fault: Fault) -> Fault {
    var fault = fault
    fault.detail = "Where memory that was never written reads as NaN, its output is another one. " + fault.detail
    return fault
  }

  private static func outside(_ fault: Fault) -> Fault {
    guard fault.verdict == .unsafe else { return fault }
    var fault = fault
    fault.detail = "With guard pages around its buffers it didn't live: \(fault.detail)"
    return fault
  }
}

extension InputPlan {
  /// Inputs on which memory errors are looked for: the file's own, and the largest extent one to either side, where
  /// what takes elements in groups has a rest.
  static func edges(_ admission: OracleMessages.Admission, seed: UInt64) -> [InputCase] {
    let others = shapes(admission, seed: seed).filter { $0.shape?.extent?.last != 1 && $0.shape?.extent != nil }
    var cases = [InputCase(gate: "memory", name: "as given, guarded", seed: seed, required: true)]
    for shape in others.suffix(2) {
      var wanted = shape
      wanted.gate = "memory"
      wanted.name += ", guarded"
      cases.append(wanted)
    }
    return cases
  }
}
