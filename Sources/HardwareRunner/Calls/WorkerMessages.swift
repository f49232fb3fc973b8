/// The messages between the trusted side and a worker, as `protocol/worker/` has them.

/// A command: `id` and `do` beside the keys of its body.
struct WorkerCommand<Body: Encodable>: Encodable {
  var id: Int
  var command: String
  var body: Body

  private enum CodingKeys: String, CodingKey {
    case id
    case command = "do"
  }

  func encode(to encoder: any Encoder) throws {
    try body.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(command, forKey: .command)
  }
}

/// What every reply has.
struct WorkerReply: Decodable {
  struct Failure: Decodable {
    var kind: String
    var message: String
    var line: Int?
    var traceback: String?
  }
  var id: Int
  var ok: Bool
  var error: Failure?
}

/// A body or a reply without anything.
public struct NoBody: Codable, Sendable {
  public init() {}
}

/// The first frame, read by `boot.py`.
struct BootMessage: Encodable {
  struct Arena: Encodable {
    var descriptor: Int
    var size: Int
  }
  var modules: [String: String]
  var role: WorkerRole
  /// Import paths beyond the isolated interpreter's own.
  var path: [String]
  /// Values by the names of `RLIMIT_…`.
  var limits: [String: Int]
  var arena: Arena?
  var threads: Int
  /// ``SandboxPolicy/isTimed``.
  var timed: Bool
}

/// What a worker says when it has started (with `id` 0).
struct HelloMessage: Decodable {
  var torch: String
  var arenaAddress: UInt64?
  var guarded: Bool?

  enum CodingKeys: String, CodingKey {
    case torch, guarded
    case arenaAddress = "arena_address"
  }
}

/// An op, as `reference.py` reads it.
struct ReferenceMessage: Encodable {
  struct Inputs: Encodable {
    var from: String
    var tensors: [TensorSpecification]?
    var initArguments: String?

    enum CodingKeys: String, CodingKey {
      case from, tensors
      case initArguments = "init_arguments"
    }
  }
  var path: String
  var source: String
  var name: String
  var kind: OpReference.Kind
  var inputs: Inputs

  init(_ reference: OpReference) {
    path = reference.path
    source = reference.source
    name = reference.name
    kind = reference.kind
    switch reference.inputs {
    case .functions: inputs = Inputs(from: "functions")
    case .directive(let tensors, let initArguments):
      inputs = Inputs(from: "directive", tensors: tensors, initArguments: initArguments)
    }
  }
}

extension TensorLayout {
  /// The same tensor with its bytes `distance` further on.
  func moved(by distance: Int) -> TensorLayout {
    var copy = self
    copy.offset += distance
    return copy
  }
}

extension InputValue {
  func moved(by distance: Int) -> InputValue {
    switch self {
    case .tensor(let layout): .tensor(layout.moved(by: distance))
    case .literal: self
    case .list(let items): .list(items.map { $0.moved(by: distance) })
    case .tuple(let items): .tuple(items.map { $0.moved(by: distance) })
    }
  }
}

/// `{"tensor": layout}`, `{"literal": text}`, `{"list": […]}` or `{"tuple": […]}`.
extension InputValue: Codable {
  private enum CodingKeys: String, CodingKey { case tensor, literal, list, tuple }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let layout = try container.decodeIfPresent(TensorLayout.self, forKey: .tensor) {
      self = .tensor(layout)
    } else if let text = try container.decodeIfPresent(String.self, forKey: .literal) {
      self = .literal(text)
    } else if let items = try container.decodeIfPresent([InputValue].self, forKey: .list) {
      self = .list(items)
    } else {
      self = .tuple(try container.decode([InputValue].self, forKey: .tuple))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .tensor(let layout): try container.encode(layout, forKey: .tensor)
    case .literal(let text): try container.encode(text, forKey: .literal)
    case .list(let items): try container.encode(items, forKey: .list)
    case .tuple(let items): try container.encode(items, forKey: .tuple)
    }
  }
}
