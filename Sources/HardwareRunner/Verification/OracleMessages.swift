/// What the oracle is asked and what it answers (`Worker/oracle.py`, `protocol/worker/`).
enum OracleMessages {
  /// How a case's shapes differ from the example inputs'.
  struct Shape: Encodable, Sendable, Hashable {
    /// Leading extent of every tensor.
    var batch: Int?
    /// Every axis of this extent gets the other one.
    var extent: [Int]?
    /// Whether `extent` leaves the leading axis alone.
    var skipBatch: Bool?

    enum CodingKeys: String, CodingKey {
      case batch, extent
      case skipBatch = "skip_batch"
    }
  }

  /// `oracle.case`: draw inputs and say what the op gives on them.
  struct Case: Encodable, Sendable {
    var number: Int
    var slot: Int
    var slots: Int
    var distribution: String
    var seed: UInt64
    /// Perturbed runs.
    var runs: Int
    /// Whether values are wanted of what the op gives, or only its form.
    var judged: Bool
    var shape: Shape?
    var layout: String?
    var single: Bool
    var gradients: Bool
    var required: Bool

    enum CodingKeys: String, CodingKey {
      case slot, slots, distribution, seed, runs, judged, shape, layout, single, gradients, required
      case number = "case"
    }
  }

  /// `oracle.expect`: say what the op gives on inputs that lie in the arena.
  struct Expect: Encodable, Sendable {
    var number: Int
    var slot: Int
    var slots: Int
    var seed: UInt64
    var runs = 0
    let judged = true
    var arguments: [InputValue]

    enum CodingKeys: String, CodingKey {
      case slot, slots, seed, runs, judged, arguments
      case number = "case"
    }
  }

  /// `oracle.more`: more perturbed runs of a case.
  struct More: Encodable, Sendable {
    var number: Int
    var runs: Int
    /// Where the flat indices lie, one list an output, at which more is wanted: the error scale, or integer outputs'
    /// values.
    var elements: [TensorLayout?]
    /// Whether the error scales of all floating-point outputs are wanted, everywhere.
    var whole: Bool
    /// Where scales go.
    var offset: Int

    enum CodingKeys: String, CodingKey {
      case runs, elements, whole, offset
      case number = "case"
    }
  }

  struct Weights: Encodable, Sendable {
    var seed: UInt64?
  }

  struct WeightsReply: Decodable, Sendable {
    var changed: Bool
  }

  struct Admit: Encodable, Sendable {
    var factor: Double
    var seed: UInt64
    var otherSeed: UInt64

    enum CodingKeys: String, CodingKey {
      case factor, seed
      case otherSeed = "other_seed"
    }
  }

  /// Facts about the op, and whether a speed-up of it would mean anything.
  struct Admission: Decodable, Sendable {
    /// Why there is no float64 oracle; nil where there is one.
    var noFloat64: String?
    /// Different extents of the tensor arguments.
    var extents: [Int]
    /// Leading extent shared by all tensors, or -1.
    var batch: Int
    /// Shapes of the tensor arguments.
    var tensors: [[Int]]
    /// Whether any tensor argument is floating-point.
    var floating: Bool
    var bytes: Int
    var outputBytes: Int
    var weightBytes: Int
    /// Whether the op hands back views of its inputs.
    var aliases: Bool
    var changedInputs: [Int]
    /// A sentence where the op is random.
    var random: String?
    /// A sentence where another output than the work's would pass.
    var degenerate: String?

    /// Whether there is one right output for given inputs.
    var isJudgeable: Bool { random == nil && changedInputs.isEmpty }

    enum CodingKeys: String, CodingKey {
      case extents, batch, tensors, floating, bytes, aliases, random, degenerate
      case noFloat64 = "no_float64"
      case outputBytes = "output_bytes"
      case weightBytes = "weight_bytes"
      case changedInputs = "changed_inputs"
    }
  }

  /// One output, or one gradient, of a case; offsets are bytes from the arena's start.
  struct Output: Decodable, Sendable {
    var name: String
    var dtype: DType
    var shape: [Int]
    var working: Int
    var oracle: Int?
    var scale: Int?
    var classes: Int?
    var gradient: Bool
    var alias: Bool
    /// The first of the outputs that lie in the same memory.
    var storage: Int
  }

  struct CaseReply: Decodable, Sendable {
    /// Why the op has nothing to say here; every other field is missing then.
    var skipped: String?
    var begin: Int?
    var end: Int?
    var arguments: [InputValue]?
    var upstream: [TensorLayout]?
    var outputs: [Output]?
    var structure: String?
    var changedInputs: [Int]?
    var runs: Int?
    var float64: Bool?

    enum CodingKeys: String, CodingKey {
      case skipped, begin, end, arguments, upstream, outputs, structure, runs, float64
      case changedInputs = "changed_inputs"
    }
  }

  struct MoreReply: Decodable, Sendable {
    struct Output: Decodable, Sendable {
      /// Offsets, of the whole or of the elements asked for.
      var scale: Int?
      var classes: Int?
      /// For integer outputs: a list a run, of the values at the elements asked for.
      var values: [[Int64]]
    }
    var outputs: [Output]
    var runs: Int
  }
}
