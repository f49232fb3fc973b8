/// The arguments of one call with all their bytes: one image, copied into the worker's arena in one piece at a fresh
/// place each time, so that views which share memory still share it there.
public struct CallInputs: Sendable {
  private enum Storage: Sendable {
    case own([UInt8])
    case lent(SharedArena, Range<Int>)
  }

  private var storage: Storage
  public var arguments: [InputValue]
  /// For ``CallMode/gradients``: one gradient an output tensor that can have one, in their order, in the same bytes.
  public var upstream: [TensorLayout]

  public init(bytes: [UInt8], arguments: [InputValue], upstream: [TensorLayout] = []) {
    storage = .own(bytes)
    self.arguments = arguments
    self.upstream = upstream
  }

  /// Inputs that stay where they lie, for a call that is over before anything else is written there: large ones take
  /// longer to copy than many an op takes on them.
  init(lent arena: SharedArena, _ range: Range<Int>, arguments: [InputValue], upstream: [TensorLayout]) {
    storage = .lent(arena, range)
    self.arguments = arguments
    self.upstream = upstream
  }

  /// The same in memory of their own.
  var copied: CallInputs { CallInputs(bytes: bytes, arguments: arguments, upstream: upstream) }

  /// The image; a copy of it where it is lent.
  public var bytes: [UInt8] {
    get {
      switch storage {
      case .own(let bytes): bytes
      case .lent(let arena, let range): (try? arena.copyBytes(range)) ?? []
      }
    }
    set { storage = .own(newValue) }
  }

  var byteCount: Int {
    switch storage {
    case .own(let bytes): bytes.count
    case .lent(_, let range): range.count
    }
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    switch storage {
    case .own(let bytes): try bytes.withUnsafeBytes(body)
    case .lent(let arena, let range): try arena.withUnsafeBytes(range, body)
    }
  }

  /// The tensors among the arguments, depth first.
  public var tensors: [TensorLayout] {
    func collect(_ value: InputValue) -> [TensorLayout] {
      switch value {
      case .tensor(let layout): [layout]
      case .literal: []
      case .list(let items), .tuple(let items): items.flatMap(collect)
      }
    }
    return arguments.flatMap(collect)
  }
}
