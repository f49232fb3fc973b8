/// The element-wise primitives: everything a fused kernel computes is written in these.
///
/// NaN behaves as in PyTorch: `maximum`, `minimum` and `relu` propagate it, comparisons with it are false.
public enum Elementwise: String, Sendable, Hashable, CaseIterable {
  // One operand.
  case identity, negative, absolute, exp, expm1, log, log1p, log2, sqrt, rsqrt, reciprocal
  case tanh, sigmoid, erf, sin, cos, floor, ceil, round, trunc, relu
  /// Φ(x) = ½ erfc(−x/√2), the standard normal distribution function.
  case normalCDF
  case not
  /// To the node's type, because the op says so: rounded where that type holds less.
  case cast
  /// To the type that PyTorch gives a call's result. A kernel that goes on with the value may keep what the call computed
  /// before it was rounded; what is stored is rounded.
  case softCast
  // Two operands.
  case add, subtract, multiply, divide, maximum, minimum, power
  case equal, notEqual, less, lessEqual, greater, greaterEqual
  case and, or
  // Three operands: condition, value where it holds, value elsewhere.
  case select

  public var arity: Int {
    switch self {
    case .select: 3
    case .add, .subtract, .multiply, .divide, .maximum, .minimum, .power, .equal, .notEqual, .less, .lessEqual,
      .greater, .greaterEqual, .and, .or:
      2
    default: 1
    }
  }

  /// True where the result is a truth value whatever the operands are.
  public var isPredicate: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .and, .or, .not: true
    default: false
    }
  }

  /// Passes its operand on, at most in another type.
  var isCopy: Bool { self == .identity || self == .cast || self == .softCast }

  /// Worth keeping rather than computing twice.
  public var isExpensive: Bool {
    switch self {
    case .exp, .expm1, .log, .log1p, .log2, .tanh, .sigmoid, .erf, .sin, .cos, .normalCDF, .power, .divide, .sqrt,
      .rsqrt, .reciprocal:
      true
    default: false
    }
  }

  /// The call in PyTorch's Python interface, `{0}`… standing for operands and `{type}` for the result's type.
  var python: String {
    switch self {
    case .identity: "{0}.clone(memory_format=torch.contiguous_format)"
    case .cast, .softCast: "{0}.to({type})"
    case .negative: "-{0}"
    case .absolute: "{0}.abs()"
    case .exp, .expm1, .log, .log1p, .log2, .sqrt, .rsqrt, .reciprocal, .tanh, .sigmoid, .erf, .sin, .cos, .floor,
      .ceil, .round, .trunc, .relu:
      "{0}.\(rawValue)()"
    case .normalCDF: "torch.special.ndtr({0})"
    case .not: "~{0}"
    case .add: "{0} + {1}"
    case .subtract: "{0} - {1}"
    case .multiply: "{0} * {1}"
    case .divide: "{0} / {1}"
    case .maximum: "torch.maximum({0}, {1})"
    case .minimum: "torch.minimum({0}, {1})"
    case .power: "{0} ** {1}"
    case .equal: "{0} == {1}"
    case .notEqual: "{0} != {1}"
    case .less: "{0} < {1}"
    case .lessEqual: "{0} <= {1}"
    case .greater: "{0} > {1}"
    case .greaterEqual: "{0} >= {1}"
    case .and: "{0} & {1}"
    case .or: "{0} | {1}"
    case .select: "torch.where({0}, {1}, {2})"
    }
  }
}

/// Reductions over neighbouring dimensions.
public enum Reduction: String, Sendable, Hashable, CaseIterable {
  case sum, product, maximum, minimum
  /// Of differences from a mean: squares of large ones overflow, so kernels add them in double precision.
  case sumOfSquares
  /// Row-major number (int64) of the first extremum among the reduced elements; the first NaN counts as the extremum.
  case argMaximum, argMinimum

  /// The result numbers an element and is no element itself.
  var isIndex: Bool { self == .argMaximum || self == .argMinimum }
  var isSum: Bool { self == .sum || self == .sumOfSquares }
  /// Partial results of float32 are kept in double precision: sums lose least there, and products don't overflow on the way.
  var isDouble: Bool { isSum || self == .product }
}

extension TensorGraph.Operation {
  /// Of its elements, where it has an element-wise meaning.
  var isExpensive: Bool { if case .elementwise(let operation) = self { operation.isExpensive } else { false } }
}
