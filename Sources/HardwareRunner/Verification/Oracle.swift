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
  /// - Parameter runs: perturbed runs; with 0 the case is for calls that nobody checks, and only the form is known of
  ///   what the op gives.
  func draw(_ wanted: InputCase, seed: UInt64, slot: Int, runs: Int = 6) async throws -> OracleCase {
    cases += 1
    let number = cases
    let request = OracleMessages.Case(
      number: number, slot: slot, slots: Self.slots, distribution: wanted.distribution, seed: seed, runs: runs,
      shape: wanted.shape, layout: wanted.layout, single: wanted.single, gradients: wanted.gradients,
      required: wanted.required)
    let reply: OracleMessages.CaseReply = try await worker.request("oracle.case", request, timeout: timeout)
    return try OracleCase(number: number, wanted: wanted, seed: seed, reply: reply, arena: arena)
  }

  /// Judges inputs that Swift made.
  func judge(_ inputs: CallInputs, as wanted: InputCase, seed: UInt64, slot: Int) async throws -> OracleCase {
    cases += 1
    let number = cases
    // They go into the part that only `more` uses otherwise; the oracle copies them before it writes anything.
    let start = offset(ofSlot: 2)
    try arena.write(inputs.bytes, at: start)
    let request = OracleMessages.Expect(
      number: number, slot: slot, slots: Self.slots, seed: seed, runs: InputPlan.fewRuns,
      arguments: inputs.arguments.map { $0.moved(by: start) })
    let reply: OracleMessages.CaseReply = try await worker.request("oracle.expect", request, timeout: timeout)
    return try OracleCase(number: number, wanted: wanted, seed: seed, reply: reply, arena: arena)
  }

  /// Adds perturbed runs to a case. Its error scale can only grow.
  /// - Returns: for every output the integer values seen at `elements`, a list a run.
  func extend(_ drawn: inout OracleCase, runs: Int, elements: [[Int]]) async throws -> [[[Int64]]] {
    let request = OracleMessages.More(
      number: drawn.number, runs: runs, elements: elements, offset: offset(ofSlot: 2))
    let reply: OracleMessages.MoreReply = try await worker.request("oracle.more", request, timeout: timeout)
    for (index, output) in reply.outputs.enumerated() where index < drawn.outputs.count {
      drawn.outputs[index].oracle = output.oracle
      drawn.outputs[index].scale = output.scale
      drawn.outputs[index].classes = output.classes
    }
    drawn.runs = reply.runs
    return reply.outputs.map(\.values)
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

  init(number: Int, wanted: InputCase, seed: UInt64, reply: OracleMessages.CaseReply, arena: SharedArena) throws {
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
    inputs = CallInputs(
      bytes: try arena.copyBytes(begin..<end), arguments: arguments.map { $0.moved(by: -begin) },
      upstream: upstream)
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
