/// One example tensor of a directive, e.g. `x=f32[16,1024]`.
public struct TensorDirective: Hashable, Sendable {
  /// The parameter that it is for.
  public var name: String
  /// PyTorch's name of the element type: `float32`, `bfloat16`, `int64`, `bool`, …
  public var dtype: String
  /// Extents; empty for a tensor without dimensions.
  public var shape: [Int]

  public init(name: String, dtype: String, shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }
}

/// Something in a directive that can't be used, and where it stands.
public struct DirectiveProblem: Hashable, Sendable {
  /// One plain sentence.
  public var message: String
  public var range: SourceRange

  public init(message: String, range: SourceRange) {
    self.message = message
    self.range = range
  }
}

/// What the `# kernelwright:` comments at an op say, all lines of them together.
public struct Directive: Hashable, Sendable {
  public var tensors: [TensorDirective] = []
  /// Arguments for a module's constructor: a Python literal, as written.
  public var initArguments: String?
  /// Words for the search.
  public var guide: String?
  /// Relative tolerance, greater than 0.
  public var tolerance: Double?
  /// Further shapes to check, as written.
  public var shapes: String?
  /// Whether gradients are needed.
  public var grad: Bool?
  /// From the first comment to the end of the last.
  public var range: SourceRange
  public var problems: [DirectiveProblem] = []

  public init(range: SourceRange) {
    self.range = range
  }

  func shifted(byLines lines: Int) -> Directive {
    var result = self
    result.range = range.shifted(byLines: lines)
    result.problems = problems.map {
      DirectiveProblem(message: $0.message, range: $0.range.shifted(byLines: lines))
    }
    return result
  }
}

/// Element types that directives can name.
enum ElementType {
  /// Short names with PyTorch's own, which are understood as well.
  static let names: [(short: String, long: String)] = [
    ("f64", "float64"), ("f32", "float32"), ("f16", "float16"), ("bf16", "bfloat16"), ("i64", "int64"),
    ("i32", "int32"), ("i16", "int16"), ("i8", "int8"), ("u8", "uint8"), ("bool", "bool"),
  ]

  static func long(_ name: String) -> String? {
    names.first { $0.short == name || $0.long == name }?.long
  }
}
