/// What a worker loads as the reference: one op of one file, with the inputs to try it on.
///
/// The text is the editor's, not the disk's, with generated regions taken out, so that the reference is always the
/// person's own code and never an earlier replacement of it.
public struct OpReference: Sendable, Codable, Hashable {
  /// What kind of definition the op is.
  public enum Kind: String, Sendable, Codable, Hashable {
    /// A class derived from `torch.nn.Module`.
    case module
    /// A plain function of tensors.
    case function
  }

  /// Absolute path of the file; its folder becomes the worker's first import path. The file itself is not read.
  public var path: String
  /// The whole text of the file.
  public var source: String
  /// Dotted name of the op in the file, e.g. `Model` or `Outer.Inner`.
  public var name: String
  public var kind: Kind
  public var inputs: InputSpecification
  /// Folder bound read-only into the sandbox so that the file's own imports work.
  public var workspace: String

  public init(
    path: String, source: String, name: String, kind: Kind, inputs: InputSpecification, workspace: String
  ) {
    self.path = path
    self.source = source
    self.name = name
    self.kind = kind
    self.inputs = inputs
    self.workspace = workspace
  }
}

/// Where an op's example inputs come from.
public enum InputSpecification: Sendable, Codable, Hashable {
  /// The file's `get_inputs()` and, when it has one, `get_init_inputs()` (the kernel-benchmark convention).
  case functions
  /// A directive comment: tensors by name in the order of the op's parameters, and a Python literal
  /// (a tuple or list) for the constructor.
  case directive(tensors: [TensorSpecification], initArguments: String?)

  /// The tensors' types where they stand here and not in the file's code.
  var types: [DType] {
    if case .directive(let tensors, _) = self { tensors.map(\.dtype) } else { [] }
  }
}

/// One tensor of a directive, e.g. `x=f32[16,1024]`.
public struct TensorSpecification: Sendable, Codable, Hashable {
  public var name: String
  public var dtype: DType
  public var shape: [Int]

  public init(name: String, dtype: DType, shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }
}

/// Element types, named as PyTorch names them.
public enum DType: String, Sendable, Codable, Hashable, CaseIterable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8, uint8, bool

  /// Bytes an element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// The unit round-off u: half the distance from 1 to the next number; nil for integers.
  public var unitRoundoff: Double? {
    switch self {
    case .float64: 0x1p-53
    case .float32: 0x1p-24
    case .float16: 0x1p-11
    case .bfloat16: 0x1p-8
    default: nil
    }
  }
}
