/// One set of inputs that a candidate is tried on: what the oracle is asked to draw.
struct InputCase: Sendable, Hashable {
  /// Gate that the case belongs to.
  var gate: String
  /// As a counterexample names it, e.g. `normal`, `batch of 0`, `transposed storage`.
  var name: String
  var distribution = "as given"
  var shape: OracleMessages.Shape?
  var layout: String?
  var gradients = false
  /// Changes one element of the inputs that `seed` gives.
  var single = false
  /// nil draws a new seed; two cases with the same number start from the same inputs.
  var seed: UInt64?
  /// Whether it is an error (of the op) when the reference refuses these inputs.
  var required = false
  /// Whether the error ratio of the verdict is taken from this case.
  var scored = false
}

/// What to try on an op, from what admission learnt about it. Pure.
enum InputPlan {
  static let distributions = [
    "normal", "uniform", "shifted", "heavy-tailed", "huge", "tiny", "denormal", "signed zeros", "Inf", "NaN", "spikes",
    "constant rows",
  ]

  /// Seeds of the file's own inputs that are tried.
  static let seedsAsGiven = 2

  /// - Parameter last: seed of the last set.
  static func asGiven(last: UInt64? = nil) -> [InputCase] {
    (1...seedsAsGiven).map {
      InputCase(
        gate: "oracle", name: "as given, set \($0)", seed: $0 == seedsAsGiven ? last : nil, required: true,
        scored: $0 == 1)
    }
  }

  /// Other contents of the same shapes; none for an op without floating-point inputs, since only the file knows what
  /// integers it may be given.
  static func contents(_ admission: OracleMessages.Admission) -> [InputCase] {
    guard admission.floating else { return [] }
    return distributions.map { InputCase(gate: "inputs", name: $0, distribution: $0) }
  }

  /// Batches of 0, 1 and one to either side of the given one, and every other extent one to either side and 1. What
  /// changes another extent has a small batch: what is wrong at an edge is wrong there for every batch.
  /// - Parameter seed: of the file's own inputs, which are drawn once and then cut to all these shapes.
  static func shapes(_ admission: OracleMessages.Admission, seed: UInt64? = nil) -> [InputCase] {
    var cases: [InputCase] = []
    func add(_ name: String, _ shape: OracleMessages.Shape) {
      cases.append(InputCase(gate: "shapes", name: name, shape: shape, seed: seed))
    }
    let batch = admission.batch
    if batch >= 0 {
      for extent in Set([0, 1, batch - 1, batch + 1]).sorted() where extent >= 0 && extent != batch {
        add("batch of \(extent)", .init(batch: extent))
      }
    }
    let inner = Set(admission.tensors.flatMap { batch >= 0 ? Array($0.dropFirst()) : $0 }).sorted()
    // Larger extents are the ones that kernels tile.
    for extent in inner.suffix(4) where extent > 0 {
      for other in Set([1, extent - 1, extent + 1]).sorted() where other > 0 && other != extent {
        add(
          "extent \(extent) → \(other)",
          .init(batch: batch > 3 ? 3 : nil, extent: [extent, other], skipBatch: batch >= 0))
      }
    }
    return cases
  }

  static func layouts(_ admission: OracleMessages.Admission) -> [InputCase] {
    var names: [String] = []
    if admission.tensors.contains(where: { $0.count > 1 }) { names.append("transposed") }
    if admission.tensors.contains(where: { !$0.isEmpty }) {
      names += ["every second element", "expanded", "unaligned"]
    }
    if admission.tensors.contains(where: { $0.count == 4 }) { names.append("channels last") }
    if Set(admission.tensors).count < admission.tensors.count { names.append("shared") }
    return names.map { name in
      InputCase(
        gate: "strides", name: name == "shared" ? "the same memory twice" : "\(name) storage",
        distribution: admission.floating ? "normal" : "as given", layout: name)
    }
  }

  /// Inputs in training: the file's own rows and normal ones in turn, in one set; and, for ops where that can't be, in
  /// two.
  static func training(seed: UInt64) -> (inTurn: InputCase, apart: [InputCase]) {
    func wanted(_ distribution: String) -> InputCase {
      InputCase(
        gate: "gradients", name: "\(distribution), in training", distribution: distribution, gradients: true, seed: seed
      )
    }
    return (wanted("as given and normal"), [wanted("as given"), wanted("normal")])
  }

  /// Smaller batches on which to look for a smaller counterexample, smallest first.
  static func shrunk(_ failed: InputCase, _ admission: OracleMessages.Admission) -> [InputCase] {
    guard admission.batch > 1, failed.shape == nil, !failed.single else { return [] }
    return [1, 2, 4].filter { $0 < admission.batch }.map { extent in
      var smaller = failed
      smaller.name += ", batch of \(extent)"
      smaller.shape = .init(batch: extent)
      smaller.required = false
      return smaller
    }
  }
}
