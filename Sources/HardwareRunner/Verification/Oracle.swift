/// The trusted side's handle on the oracle process: it draws inputs and knows what the op should give on them. It never
/// loads a candidate, and no candidate maps its arena.
actor Oracle {
  /// Two cases are read and written in turn; the third part takes what later runs add to a case.
  static let slots = 3

  private let worker: Worker
  private let arena: SharedArena
  private var cases = 0
  private let timeout: Duration = .seconds(120)

  /// - Parameter worker: of role `oracle`, started with an arena, with the reference loaded.
  init(worker: Worker, arena: SharedArena) {
    self.worker = worker
    self.arena = arena
  }

  func admit(factor: Double, seeds: inout SeedSource) async throws -> OracleMessages.Admission {
    let request = OracleMessages.Admit(factor: factor, seed: seeds.next(), otherSeed: seeds.next())
    return try await worker.request("oracle.admit", request, timeout: timeout)
  }

  /// The `state_dict` with other weights (`seed`), or with the ones that the constructor made; nil where there are none
  /// to change.
  func state(seed: UInt64?) async throws -> StateBundle? {
    let reply: OracleMessages.WeightsReply = try await worker.request(
      "oracle.weights", OracleMessages.Weights(seed: seed), timeout: timeout)
    guard reply.changed || seed == nil else { return nil }
    return try await worker.exportState()
  }

  /// Example inputs alone, for timing.
  func inputs(seed: UInt64) async throws -> CallInputs {
    try await worker.makeInputs(seed: seed)
  }

  /// Draws a case and judges it.
  /// - Parameter slot: 0 or 1; what lay there before is overwritten.
  /// - Parameter runs: perturbed runs of which every element hears.
  /// - Parameter lent: leaves the inputs in the slot, for calls that are over before it is used again.
  /// - Parameter judged: false for calls that nobody checks: only the form is known then of what the op gives.
  func draw(
    _ wanted: InputCase, seed: UInt64, slot: Int, runs: Int = 0, judged: Bool = true, lent: Bool = false
  ) async throws -> OracleCase {
    cases += 1
    let number = cases
    let request = OracleMessages.Case(
      number: number, slot: slot, slots: Self.slots, distribution: wanted.distribution, seed: seed, runs: runs,
      judged: judged, shape: wanted.shape, layout: wanted.layout, single: wanted.single, gradients: wanted.gradients,
      required: wanted.required)
    let reply: OracleMessages.CaseReply = try await worker.request("oracle.case", request, timeout: timeout)
    return try OracleCase(number: number, wanted: wanted, seed: seed, reply: reply, arena: arena, lent: lent)
  }

  /// Judges inputs that Swift made.
  func judge(_ inputs: CallInputs, as wanted: InputCase, seed: UInt64, slot: Int) async throws -> OracleCase {
    cases += 1
    let number = cases
    // They go into the part that only `more` uses otherwise; the oracle copies them before it writes anything.
    let start = offset(ofSlot: 2)
    try arena.write(inputs.bytes, at: start)
    let request = OracleMessages.Expect(
      number: number, slot: slot, slots: Self.slots, seed: seed,
      arguments: inputs.arguments.map { $0.moved(by: start) })
    let reply: OracleMessages.CaseReply = try await worker.request("oracle.expect", request, timeout: timeout)
    return try OracleCase(number: number, wanted: wanted, seed: seed, reply: reply, arena: arena)
  }

  /// What more runs gave, of one output.
  struct Findings: Sendable {
    /// E at the elements asked for, and `ValueClass` bits where a run was not finite.
    var scale: [Double] = []
    var classes: [UInt8] = []
    /// Of integer outputs: a list a run.
    var values: [[Int64]] = []
  }

  /// Adds perturbed runs to a case. Its error scale can only grow.
  /// - Parameter elements: for every output, where to look.
  /// - Parameter whole: the error scale of every floating-point output is made instead, everywhere.
  func extend(_ drawn: inout OracleCase, runs: Int, elements: [[Int]], whole: Bool) async throws -> [Findings] {
    var cursor = offset(ofSlot: 2)
    var layouts: [TensorLayout?] = []
    for wanted in elements {
      guard !wanted.isEmpty else {
        layouts.append(nil)
        continue
      }
      let bytes = wanted.withUnsafeBytes { Array($0) }
      try arena.write(bytes, at: cursor)
      layouts.append(TensorLayout(contiguous: .int64, shape: [wanted.count], offset: cursor))
      cursor += (bytes.count + 63) / 64 * 64
    }
    let request = OracleMessages.More(
      number: drawn.number, runs: runs, elements: layouts, whole: whole, offset: cursor)
    let reply: OracleMessages.MoreReply = try await worker.request("oracle.more", request, timeout: timeout)
    drawn.runs = reply.runs
    return try reply.outputs.enumerated().map { index, output in
      var found = Findings(values: output.values)
      guard index < drawn.outputs.count else { return found }
      if whole {
        drawn.outputs[index].scale = output.scale
        drawn.outputs[index].classes = output.classes
      } else if let scale = output.scale {
        let count = elements[index].count
        found.scale = try arena.copyBytes(scale..<scale + 8 * count).withUnsafeBytes {
          Array($0.bindMemory(to: Double.self))
        }
        found.classes = try output.classes.map { try arena.copyBytes($0..<$0 + count) } ?? []
      }
      return found
    }
  }

  nonisolated func terminate() {
    worker.terminate()
  }

  /// As the oracle itself counts (`oracle.py`, `_place`): whole pages.
  private func offset(ofSlot slot: Int) -> Int {
    let page = SharedArena.controlSize
    return page + slot * ((arena.size - page) / Self.slots / page * page)
  }
}

/// Where seeds come from: the operating system, unless a test wants the same ones every time. 63 bits, which PyTorch
/// takes without wrapping.
struct SeedSource: Sendable {
  private var fixed: SeededGenerator?

  init(fixed seed: UInt64?) {
    fixed = seed.map { SeededGenerator(seed: $0) }
  }

  mutating func next() -> UInt64 {
    if fixed != nil { return (fixed?.next() ?? 0) >> 1 }
    return UInt64.random(in: 0...UInt64.max >> 1)
  }
}

/// A case with its inputs, and where the oracle's arena holds what the op should give on them.
struct OracleCase: Sendable {
  var number: Int
  var wanted: InputCase
  var seed: UInt64
  /// Why the op has nothing to say on these inputs; the rest is empty then.
  var skipped: String?
  var inputs: CallInputs
  var outputs: [OracleMessages.Output]
  var structure: String
  var changedInputs: [Int]
  var runs: Int
  /// Whether the oracle is in float64; else the working precision stands in.
  var float64: Bool
  private var arena: SharedArena

  init(
    number: Int, wanted: InputCase, seed: UInt64, reply: OracleMessages.CaseReply, arena: SharedArena,
    lent: Bool = false
  ) throws {
    self.number = number
    self.wanted = wanted
    self.seed = seed
    self.arena = arena
    skipped = reply.skipped
    outputs = reply.outputs ?? []
    structure = reply.structure ?? ""
    changedInputs = reply.changedInputs ?? []
    runs = reply.runs ?? 0
    float64 = reply.float64 ?? false
    guard let begin = reply.begin, let end = reply.end, let arguments = reply.arguments, begin <= end else {
      guard reply.skipped != nil else {
        throw WorkerFailure.protocolViolation("the oracle's answer lacks the inputs")
      }
      inputs = CallInputs(bytes: [], arguments: [])
      return
    }
    var upstream = reply.upstream ?? []
    for index in upstream.indices { upstream[index].offset -= begin }
    let moved = arguments.map { $0.moved(by: -begin) }
    inputs =
      lent
      ? CallInputs(lent: arena, begin..<end, arguments: moved, upstream: upstream)
      : CallInputs(bytes: try arena.copyBytes(begin..<end), arguments: moved, upstream: upstream)
  }

  /// What says which inputs these are, whatever they are tried for.
  var identity: InputCase {
    var inputs = wanted
    (inputs.gate, inputs.name, inputs.gradients) = ("", "", false)
    (inputs.required, inputs.scored, inputs.seed) = (false, false, seed)
    return inputs
  }

  /// Outputs of the call itself; gradients follow them in `outputs`.
  var results: [OracleMessages.Output] { outputs.filter { !$0.gradient } }

  /// Hands what is known of output `index` to `body`.
  func withExpected<Result>(_ index: Int, _ body: (ExpectedOutput) throws -> Result) throws -> Result {
    let output = outputs[index]
    let count = output.shape.reduce(1, *)
    return try arena.withUnsafeBytes(0..<arena.size) { memory in
      func bytes(_ offset: Int, _ size: Int) throws -> UnsafeRawBufferPointer {
        guard offset >= 0, size >= 0, offset + size <= memory.count else {
          throw WorkerFailure.protocolViolation("the oracle's tensor lies outside its arena")
        }
        return UnsafeRawBufferPointer(rebasing: memory[offset..<offset + size])
      }
      func doubles(_ offset: Int?) throws -> UnsafeBufferPointer<Double> {
        guard let offset else { return UnsafeBufferPointer(start: nil, count: 0) }
        return try bytes(offset, count * 8).assumingMemoryBound(to: Double.self)
      }
      return try body(
        ExpectedOutput(
          dtype: output.dtype, shape: output.shape,
          working: bytes(output.working, count * output.dtype.size), oracle: doubles(output.oracle),
          scale: doubles(output.scale),
          classes: output.classes.map { try bytes($0, count).assumingMemoryBound(to: UInt8.self) }
            ?? UnsafeBufferPointer(start: nil, count: 0)))
    }
  }
}
