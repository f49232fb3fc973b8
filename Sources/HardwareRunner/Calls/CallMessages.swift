/// What a contender is told before a call, and what it claims after one.

struct PrepareMessage: Encodable, Sendable {
  var sequence: UInt64
  var mode: CallMode
  var arguments: [InputValue]
  var upstream: [TensorLayout]
  /// Offset and size of the part of the arena that the call uses.
  var region: [Int]
  /// Where the worker is to copy its outputs itself; nil where we can read them from outside.
  var copy: Int?
  /// Whether the results of earlier calls stay alive.
  var keep = false
  /// Whether the model gets copies of its inputs that the worker's own allocator made.
  var guarded = false

  private enum CodingKeys: String, CodingKey { case sequence, mode, arguments, upstream, region, copy, keep, guarded }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sequence, forKey: .sequence)
    try container.encode(mode, forKey: .mode)
    try container.encode(arguments, forKey: .arguments)
    try container.encode(upstream, forKey: .upstream)
    try container.encode(region, forKey: .region)
    try container.encode(copy, forKey: .copy)  // null, not absent
    try container.encode(keep, forKey: .keep)
    try container.encode(guarded, forKey: .guarded)
  }
}

struct DoneMessage: Decodable {
  struct Tensor: Decodable {
    var name: String
    var dtype: DType
    var shape: [Int]
    var strides: [Int]
    var pointer: UInt64
    var requiresGrad: Bool
    var copiedTo: Int?

    enum CodingKeys: String, CodingKey {
      case name, dtype, shape, strides, pointer
      case requiresGrad = "requires_grad"
      case copiedTo = "copied_to"
    }

    var layout: TensorLayout { TensorLayout(dtype: dtype, shape: shape, strides: strides, offset: 0) }
  }
  var outputs: [Tensor]
  var gradients: [Tensor]
  var structure: String
  /// Nanoseconds; of a worker without work only.
  var own: Int64?
}
