import Foundation

/// What checking one call's results found.
struct OutputCheckResult: Sendable {
  /// What is wrong; nil when everything is right.
  var fault: Fault?
  /// Largest error as a multiple of the reference's own.
  var errorRatio = 0.0
  /// In training: why there are no usable gradients; nil when there are.
  var withoutGradients: String?
}

/// Compares the results of a call with what the oracle says, asking it for more runs where an element fails.
struct OutputCheck: Sendable {
  /// Perturbed runs that are added, step by step, for a case with a failing element. At first E is what the reference's
  /// one run was off, which may happen to be little where a right candidate is off by more. It may pass after more runs,
  /// and since E only grows, none that passed could fail. For most a few are enough.
  static let extensions = [1, 2, 5, 32]
  /// Failing integers whose values are asked for.
  private static let listedIntegers = 2000

  var oracle: Oracle
  var policy: VerificationPolicy

  /// - Parameter drawn: its error scale is widened where more runs were needed.
  func check(_ result: CallResult, _ drawn: inout OracleCase) async throws -> OutputCheckResult {
    guard drawn.runs > 0 else { throw WorkerFailure.protocolViolation("the oracle was not asked about these inputs") }
    var found = OutputCheckResult()
    if let fault = formFault(result, drawn) {
      found.fault = fault
      return found
    }
    var pairs: [(index: Int, got: OutputTensor)] = []
    var number = 0
    for (index, output) in drawn.outputs.enumerated() {
      if !output.gradient {
        pairs.append((index, result.outputs[number]))
        number += 1
      } else if let gradient = result.gradients.first(where: { $0.name == output.name }) {
        guard gradient.layout.shape == output.shape else {
          found.fault = Fault(
            .wrong, gate: drawn.wanted.gate,
            detail: "The gradient of \(output.name) has shape \(gradient.layout.shape), not \(output.shape).")
          return found
        }
        pairs.append((index, gradient))
      } else {
        found.withoutGradients = "no gradient reaches \(output.name)"
      }
    }
    try await compare(pairs, &drawn, &found)
    return found
  }

  private func compare(
    _ pairs: [(index: Int, got: OutputTensor)], _ drawn: inout OracleCase, _ found: inout OutputCheckResult
  ) async throws {
    var results = try compareAll(pairs, drawn)
    // Most often a few elements have failed, and only those are looked at again.
    let whole = zip(pairs, results).contains { pair, result in
      drawn.outputs[pair.index].oracle != nil && result.failures > result.failing.count
    }
    var looks: [Int: CloserLook] = [:]
    var explained: [Int: Set<Int>] = [:]
    for runs in Self.extensions where results.contains(where: { !$0.passed }) {
      var elements = [[Int]](repeating: [], count: drawn.outputs.count)
      for (pair, result) in zip(pairs, results) where !result.passed {
        let output = drawn.outputs[pair.index]
        if output.oracle == nil {
          elements[pair.index] = Array(result.failing.prefix(Self.listedIntegers))
        } else if !whole {
          let look = try looks[pair.index] ?? drawn.withExpected(pair.index) { CloserLook($0, failing: result.failing) }
          looks[pair.index] = look
          elements[pair.index] = look.elements
        }
      }
      let more = try await oracle.extend(&drawn, runs: runs, elements: elements, whole: whole)
      for (index, output) in more.enumerated() { looks[index]?.add(scale: output.scale, classes: output.classes) }
      for (position, pair) in pairs.enumerated() where !results[position].passed {
        if drawn.outputs[pair.index].oracle == nil {
          explainTies(
            &results[position], pair, values: more[safe: pair.index]?.values ?? [], places: elements[pair.index], drawn,
            &explained)
        } else {
          let before = results[position].passingRatio
          results[position] = try compare(pair, drawn, closer: looks[pair.index])
          results[position].passingRatio = max(results[position].passingRatio, before)
          if results[position].passed { results[position].errorRatio = results[position].passingRatio }
        }
      }
    }
    for (pair, result) in zip(pairs, results) {
      found.errorRatio = max(found.errorRatio, result.errorRatio)
      guard let worst = result.worst, !result.passed else { continue }
      let fault = valueFault(result, worst, pair, drawn)
      if try isInexactGradient(result, pair.index, drawn) {
        let detail = fault.counterexample?.detail ?? fault.detail
        found.withoutGradients =
          "its gradients are less exact than the op's own: " + detail.trimmingCharacters(in: ["."])
      } else if found.fault == nil {
        found.fault = fault
      }
    }
  }

  /// Whether a gradient's errors, too large element by element, are small beside its largest element: it comes from an
  /// honest formula that cancels where the op's own doesn't (the maximum that a softmax subtracts, differentiated too).
  /// Such a candidate is no replacement where gradients are needed, and may be one elsewhere.
  private func isInexactGradient(_ result: Discrepancy, _ index: Int, _ drawn: OracleCase) throws -> Bool {
    let output = drawn.outputs[index]
    guard output.gradient, let roundoff = output.dtype.unitRoundoff else { return false }
    return try drawn.withExpected(index) { result.largestFailure <= policy.errorFactor * roundoff * $0.magnitude }
  }

  private func compareAll(
    _ pairs: [(index: Int, got: OutputTensor)], _ drawn: OracleCase
  ) throws -> [Discrepancy] {
    try pairs.map { try compare($0, drawn) }
  }

  private func compare(
    _ pair: (index: Int, got: OutputTensor), _ drawn: OracleCase, closer: CloserLook? = nil
  ) throws -> Discrepancy {
    try pair.got.bytes.withUnsafeBytes { bytes in
      try drawn.withExpected(pair.index) { expected in
        guard bytes.count == expected.count * expected.dtype.size else {
          throw WorkerFailure.protocolViolation("an output of \(bytes.count) bytes for \(expected.shape)")
        }
        return OutputComparison.compare(
          bytes, with: expected, factor: policy.errorFactor, tolerance: policy.tolerance ?? 0, closer: closer)
      }
    }
  }

  /// An integer that another of the reference's runs gave at the same place is a tie that fell the other way.
  /// - Parameter places: elements that were asked for; of very many only a part, and that part speaks for all.
  /// - Parameter values: of each run, at each place.
  private func explainTies(
    _ result: inout Discrepancy, _ pair: (index: Int, got: OutputTensor), values: [[Int64]], places: [Int],
    _ drawn: OracleCase, _ explained: inout [Int: Set<Int>]
  ) {
    pair.got.bytes.withUnsafeBytes { bytes in
      for (position, element) in places.enumerated() {
        let value = ElementReader.integer(bytes, element, drawn.outputs[pair.index].dtype)
        let seen = values.contains { position < $0.count && $0[position] == value }
        if seen { explained[pair.index, default: []].insert(element) }
      }
    }
    let known = explained[pair.index] ?? []
    if places.allSatisfy(known.contains) {
      result = Discrepancy()
    } else if let element = places.first(where: { !known.contains($0) }) {
      result.failures -= known.count
      pair.got.bytes.withUnsafeBytes { bytes in
        result.worst?.flatIndex = element
        result.worst?.got = ElementReader.double(bytes, element, drawn.outputs[pair.index].dtype)
      }
      result.worst?.wanted =
        (try? drawn.withExpected(pair.index) { ElementReader.double($0.working, element, $0.dtype) }) ?? .nan
    }
  }

  /// The candidate's largest error as a multiple of the reference's own largest error, over the outputs of one call:
  /// a figure for people. What decides is each element's own bound; the largest ratio of an element's error to its
  /// bound, being a maximum over random units, says little about how good a candidate is.
  func errorRatio(_ result: CallResult, _ drawn: OracleCase) throws -> Double? {
    var worst: Double?
    for (index, output) in result.outputs.enumerated() where drawn.outputs[index].oracle != nil {
      let ratio = try output.bytes.withUnsafeBytes { bytes in
        try drawn.withExpected(index) { OutputComparison.largestErrorRatio(bytes, with: $0) }
      }
      if let ratio { worst = max(worst ?? 0, ratio) }
    }
    return worst
  }

  // MARK: Faults

  /// Wrong containers, shapes or types.
  private func formFault(_ result: CallResult, _ drawn: OracleCase) -> Fault? {
    let gate = drawn.wanted.gate
    func fault(_ detail: String, output: Int, got: String, wanted: String) -> Fault {
      Fault(
        .wrong, gate: gate, detail: "On inputs '\(drawn.wanted.name)', \(detail)",
        counterexample: Counterexample(
          inputs: drawn.description, shapes: drawn.inputs.tensors.map(\.shape), seed: drawn.seed, output: output,
          index: [], got: got, wanted: wanted, ulps: nil, detail: detail))
    }
    guard result.structure == drawn.structure else {
      return fault(
        "it returns \(result.structure) where the op returns \(drawn.structure) (* is a tensor).", output: 0,
        got: result.structure, wanted: drawn.structure)
    }
    let (given, due) = (result.outputs.count, drawn.results.count)
    guard given == due else {  // no flattening of ours gives this: somebody has changed it
      return fault(
        "it hands over \(given) tensors where the op returns \(due).", output: 0, got: "\(given)", wanted: "\(due)")
    }
    for (index, (got, wanted)) in zip(result.outputs, drawn.results).enumerated() {
      if got.layout.shape != wanted.shape {
        return fault(
          "output \(index) has shape \(got.layout.shape), not \(wanted.shape).", output: index,
          got: "\(got.layout.shape)", wanted: "\(wanted.shape)")
      }
      if got.layout.dtype != wanted.dtype {
        return fault(
          "output \(index) is \(got.layout.dtype.rawValue), not \(wanted.dtype.rawValue).", output: index,
          got: got.layout.dtype.rawValue, wanted: wanted.dtype.rawValue)
      }
    }
    return nil
  }

  private func valueFault(
    _ result: Discrepancy, _ worst: WorstElement, _ pair: (index: Int, got: OutputTensor), _ drawn: OracleCase
  ) -> Fault {
    let output = drawn.outputs[pair.index]
    let position = worst.position(in: output.shape)
    let floating = output.dtype.isFloatingPoint
    let got = Self.text(worst.got, floating: floating)
    let wanted = Self.text(worst.wanted, floating: floating)
    let total = output.shape.reduce(1, *)
    let what = output.gradient ? "the gradient of \(output.name)" : output.name
    let detail =
      "\(what)\(position) is \(got), should be \(wanted); \(result.failures) of \(total) elements are out of bounds"
      + (floating ? " (error scale from \(drawn.runs) runs)." : ".")
    return Fault(
      .wrong, gate: drawn.wanted.gate, detail: "On inputs '\(drawn.wanted.name)', \(detail)",
      counterexample: Counterexample(
        inputs: drawn.description, shapes: drawn.inputs.tensors.map(\.shape), seed: drawn.seed,
        output: pair.index, index: position, got: got, wanted: wanted, ulps: worst.ulps, detail: detail))
  }

  static func text(_ value: Double, floating: Bool) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "Inf" }
    return floating ? String(format: "%.9g", value) : String(Int64(value))
  }
}

extension OracleCase {
  /// As a counterexample names its inputs.
  var description: String { "\(wanted.name), seed 0x\(String(seed, radix: 16))" }
}
