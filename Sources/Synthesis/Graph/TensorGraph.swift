/// An op as a graph of tensor operations in topological order: what every rule sees and rewrites.
///
/// It is decoded from the worker's capture (`init(json:)`), where all nodes are ATen calls; lowering and rules replace
/// calls by the primitives below. Every value is meant as a row-major tensor unless it is a `.view`.
public struct TensorGraph: Sendable {
  /// Index of a node; a node's operands have smaller ones.
  public typealias ValueID = Int

  public var nodes: [Node]
  /// The values returned, in the order of the leaves of `structure`.
  public var outputs: [Output]
  public var structure: OutputStructure
  /// The op's arguments in order.
  public var arguments: [Argument]
  /// The module and its submodules with their configuration; for a function only the wrapper's.
  public var modules: [ModuleConfiguration]
  /// Why this graph must not be replaced at all (mutated inputs, nested arguments, …); empty when it may.
  public var obstacles: [String]
  /// Training is the same computation: traced in training and with gradients the op makes the same calls, and nothing
  /// in it has gradients of its own making.
  public var trainsAlike = false

  public init(
    nodes: [Node] = [], outputs: [Output] = [], structure: OutputStructure = .leaf(0), arguments: [Argument] = [],
    modules: [ModuleConfiguration] = [], obstacles: [String] = []
  ) {
    self.nodes = nodes
    self.outputs = outputs
    self.structure = structure
    self.arguments = arguments
    self.modules = modules
    self.obstacles = obstacles
  }

  public struct Node: Sendable, Hashable {
    public var operation: Operation
    public var operands: [ValueID]
    public var type: TensorType
    /// Where it came from; not part of what it means.
    public var origin: Origin

    public init(_ operation: Operation, _ operands: [ValueID], _ type: TensorType, origin: Origin) {
      self.operation = operation
      self.operands = operands
      self.type = type
      self.origin = origin
    }
  }

  /// The captured call that a node came from.
  public struct Origin: Sendable, Hashable {
    /// Name in the captured graph, e.g. `softmax_1`.
    public var name: String
    /// ATen operator, e.g. `aten.softmax.int`.
    public var target: String
    /// One-based line in the person's file.
    public var line: Int?

    public init(name: String, target: String, line: Int? = nil) {
      self.name = name
      self.target = target
      self.line = line
    }
  }

  public enum Operation: Sendable, Hashable {
    /// The op's argument at this position.
    case input(Int)
    /// A tensor that the module holds, by its dotted path.
    case parameter(path: String, kind: ParameterKind)
    /// A number, as a tensor without dimensions.
    case scalar(Double)
    /// Broadcasting by NumPy's rule.
    case elementwise(Elementwise)
    /// Over this many trailing dimensions, which the result doesn't have any more.
    case reduce(Reduction, trailing: Int)
    /// Over this many dimensions in front of the last `inner` ones; the result has the others.
    case reduceColumns(Reduction, dimensions: Int, inner: Int)
    /// The same elements in the same row-major order.
    case reshape
    /// Selected elements of the operand's row-major storage.
    case view(StridedLayout)
    /// Means over sliding windows along the last dimension.
    case slidingMean(SlidingWindow)
    /// Maxima or means over windows along the trailing dimensions.
    case pool(Pooling)
    /// A convolution that keeps channels apart.
    case depthwise(DepthwiseConvolution)
    /// Running totals along a dimension.
    case scan(Scan)
    /// A loop over a dimension.
    case recurrence(Recurrence)
    /// Left to PyTorch.
    case call(Call)
    /// One of the results of a call that has several.
    case element(Int)
  }

  public enum ParameterKind: String, Sendable, Hashable { case parameter, buffer, constant }

  public enum Output: Sendable, Hashable {
    case value(ValueID)
    /// A Python literal, e.g. `None`.
    case literal(String)
  }

  public indirect enum OutputStructure: Sendable, Hashable {
    case leaf(Int)
    case tuple([OutputStructure])
    case list([OutputStructure])
    case dictionary([Entry])

    public struct Entry: Sendable, Hashable {
      public var key: String
      public var value: OutputStructure
    }
  }

  public enum Argument: Sendable, Hashable {
    case tensor(name: String, TensorType)
    /// Anything else, as a Python literal that the guard compares with.
    case literal(name: String, String)

    public var name: String {
      switch self {
      case .tensor(let name, _), .literal(let name, _): name
      }
    }
  }

  /// One module of the tree as it was configured when captured.
  public struct ModuleConfiguration: Sendable, Hashable {
    public var path: String
    public var type: String
    /// Attribute name to its description (see the worker's capture).
    public var attributes: [String: String]
  }
}

/// Which elements of a row-major storage a view shows: element (i, j, …) is at offset + i·strides[0] + j·strides[1] + ….
public struct StridedLayout: Sendable, Hashable {
  public var offset: Int
  public var strides: [Int]

  public init(offset: Int = 0, strides: [Int]) {
    self.offset = offset
    self.strides = strides
  }
}

/// The windows of an average pooling along one dimension (`torch.nn.AvgPool1d`).
public struct SlidingWindow: Sendable, Hashable {
  public var size: Int
  public var stride: Int
  public var padding: Int
  public var countsPadding: Bool

  /// First element (negative inside the padding) and divisor of window `index` over `length` elements, with the
  /// bounds clipped to them. A last window that reaches beyond the padding (`ceil_mode`) is cut there first.
  public func window(_ index: Int, length: Int) -> (range: Range<Int>, divisor: Int) {
    let start = index * stride - padding
    let end = min(start + size, length + padding)
    let low = min(max(start, 0), length)
    let high = max(min(end, length), low)
    return (low..<high, countsPadding ? end - start : high - low)
  }
}

/// A call of an ATen operator that is left to PyTorch.
public struct Call: Sendable, Hashable {
  /// Operator with overload, e.g. `aten.conv2d.default`.
  public var target: String
  public var arguments: [CallArgument]
  public var keywords: [String: CallArgument]

  public init(_ target: String, _ arguments: [CallArgument], keywords: [String: CallArgument] = [:]) {
    self.target = target
    self.arguments = arguments
    self.keywords = keywords
  }

  /// Operator without namespace and overload, e.g. `conv2d`; of somebody's own operator all of it, since theirs may have
  /// a name of PyTorch's and do something else.
  public var name: String {
    let parts = target.split(separator: ".")
    return parts.count > 1 && Self.knownNamespaces.contains(parts[0]) ? String(parts[1]) : target
  }

  /// Whether it is somebody's own operator, of which nothing is known: not even that it only computes its result.
  var isCustom: Bool { target.contains(".") && name == target }

  /// What the tracer wrote down that isn't an operator on tensors: arithmetic on sizes, mostly.
  var isPlainPython: Bool { target.hasPrefix("call_function:") || target.hasPrefix("call_method:") }

  /// Raises where something doesn't hold; of a tensor's type and shape, which are known here, it may be said.
  var isAssertion: Bool { ["_assert_async", "_assert_scalar"].contains(name) }

  /// PyTorch's, those that its compiler adds, and the rules' own.
  private static let knownNamespaces: Set<Substring> = ["aten", "mkldnn", "mkl", "channels_last", "kernelwright"]

  /// The argument at a position of the operator's schema, however it was passed.
  func argument(_ position: Int, _ name: String) -> CallArgument? {
    position < arguments.count ? arguments[position] : keywords[name]
  }
}

public indirect enum CallArgument: Sendable, Hashable {
  /// The node's operand with this number.
  case operand(Int)
  case integer(Int)
  case number(Double)
  case truth(Bool)
  case string(String)
  case none
  case dtype(ElementType)
  case list([CallArgument])
  /// A device, layout or memory format, as PyTorch writes it.
  case constant(String)
}
