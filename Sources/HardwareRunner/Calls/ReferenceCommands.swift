/// Commands that workers holding the user's op understand (`reference`, `oracle`, contenders). The oracle's own
/// (`oracle.py`) come on top through ``Worker/request(_:_:reply:timeout:)``.
extension Worker {
  /// What loading an op tells.
  public struct OpDescription: Sendable, Codable, Hashable {
    /// `state_dict` entries with shapes (offsets are 0).
    public var state: [NamedLayout]
    /// Names of those among them that are parameters with gradients.
    public var trainable: [String]
    /// Example inputs, one string an argument, e.g. `float32[16, 1024]` or a literal.
    public var inputs: [String]
  }

  struct LoadMessage: Encodable, Sendable {
    var reference: ReferenceMessage
    var contender: String
    var candidate: String?
    var describe: Bool
  }

  /// Loads the file, builds the model (`eval()`) and makes example inputs once.
  public func load(_ reference: OpReference, timeout: Duration = .seconds(120)) async throws -> OpDescription {
    try await request(
      "load",
      LoadMessage(reference: ReferenceMessage(reference), contender: "eager", candidate: nil, describe: true),
      timeout: timeout)
  }

  /// The model's `state_dict`, by way of the arena.
  public func exportState(timeout: Duration = .seconds(60)) async throws -> StateBundle {
    struct Reply: Decodable, Sendable {
      var entries: [NamedLayout]
      var end: Int
    }
    let arena = try requireArena()
    let start = arena.tensorRange.lowerBound
    let reply: Reply = try await request("export_state", OffsetMessage(offset: start), timeout: timeout)
    for entry in reply.entries { try entry.layout.validate(within: start..<reply.end) }
    return StateBundle(
      bytes: try arena.copyBytes(start..<reply.end),
      entries: reply.entries.map { NamedLayout(name: $0.name, layout: $0.layout.moved(by: -start)) })
  }

  /// Example inputs as the file or the directive makes them after `torch.manual_seed(seed)`, by way of the arena.
  public func makeInputs(seed: UInt64, timeout: Duration = .seconds(60)) async throws -> CallInputs {
    struct Body: Encodable, Sendable {
      var offset: Int
      var seed: UInt64
    }
    struct Reply: Decodable, Sendable {
      var arguments: [InputValue]
      var end: Int
    }
    let arena = try requireArena()
    let start = arena.tensorRange.lowerBound
    let reply: Reply = try await request(
      "make_inputs", Body(offset: start, seed: seed & (1 << 63 - 1)), timeout: timeout)
    let inputs = CallInputs(
      bytes: try arena.copyBytes(start..<reply.end), arguments: reply.arguments.map { $0.moved(by: -start) })
    for layout in inputs.tensors { try layout.validate(within: 0..<inputs.bytes.count) }
    return inputs
  }

  struct OffsetMessage: Encodable, Sendable { var offset: Int }

  func requireArena() throws -> SharedArena {
    guard let arena else { throw WorkerFailure.launchFailed("a worker without an arena can't carry tensors") }
    return arena
  }
}

extension TensorLayout {
  /// - Throws: ``WorkerFailure/protocolViolation(_:)`` when an element would lie outside `range`, or the shape is none.
  func validate(within range: Range<Int>) throws {
    guard let extent = checkedExtent, offset >= range.lowerBound, extent <= range.upperBound - offset else {
      throw WorkerFailure.protocolViolation("a tensor of \(dtype) \(shape) strides \(strides) at byte \(offset)")
    }
  }

  /// ``extent``, nil when shape and strides are inconsistent, negative, or too large to be true.
  var checkedExtent: Int? {
    guard shape.count == strides.count, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }),
      checkedByteCount != nil
    else { return nil }
    if shape.contains(0) { return 0 }
    var last = 0
    for (extent, stride) in zip(shape, strides) {
      let (product, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(product)
      if overflow || carry || sum > 1 << 50 { return nil }
      last = sum
    }
    return (last + 1) * dtype.size
  }

  /// Bytes of all elements in row-major order; nil when that can't be true.
  var checkedByteCount: Int? {
    var count = dtype.size
    for extent in shape where extent != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow || product < 0 || product > 1 << 50 { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}
