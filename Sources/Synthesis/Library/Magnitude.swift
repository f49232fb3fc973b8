/// A bound on how large the elements of a value can be, and everything that the value was computed from: maxima found out
/// in every call, times numbers that are prepared.
///
/// oneDNN's activations make numbers of NaN. Where this bound is finite there is no NaN to hide: inputs are finite, and no
/// sum or partial sum of a layer overflows, in whatever order it is added up.
struct Magnitude {
  typealias ValueID = TensorGraph.ValueID

  indirect enum Form {
    /// The largest absolute value among the elements.
    case measured(ValueID)
    case constant(Double)
    case sum(Magnitude, Magnitude)
    case scaled(Magnitude, Double)
    /// After a layer, for an input of this size.
    case layer(Magnitude, FusedLayer)
  }

  let form: Form
  /// What is measured.
  let roots: Set<ValueID>
  /// Layers between what is measured and here.
  let layers: Int
  /// Parts that it is put together from.
  let size: Int

  /// Gains of this many layers are multiplied before a maximum is looked up again: single precision must hold the product.
  private static let layerLimit = 6
  /// What is put together from more parts than this is better measured.
  private static let sizeLimit = 40

  var isTooLong: Bool { layers >= Self.layerLimit || size > Self.sizeLimit }

  static func measured(_ id: ValueID) -> Magnitude { Magnitude(form: .measured(id), roots: [id], layers: 0, size: 1) }

  static func constant(_ value: Double) -> Magnitude {
    Magnitude(form: .constant(value), roots: [], layers: 0, size: 1)
  }

  static func sum(_ a: Magnitude, _ b: Magnitude) -> Magnitude {
    Magnitude(
      form: .sum(a, b), roots: a.roots.union(b.roots), layers: max(a.layers, b.layers), size: a.size + b.size)
  }

  static func scaled(_ a: Magnitude, by factor: Double) -> Magnitude {
    Magnitude(form: .scaled(a, factor), roots: a.roots, layers: a.layers, size: a.size + 1)
  }

  static func layer(_ a: Magnitude, _ layer: FusedLayer) -> Magnitude {
    Magnitude(form: .layer(a, layer), roots: a.roots, layers: a.layers + 1, size: a.size + 1)
  }
}

/// The magnitudes of a graph's values, as far as simple rules go; beyond them values are measured.
struct Magnitudes {
  typealias ValueID = TensorGraph.ValueID

  private let graph: TensorGraph
  private var known: [ValueID: Magnitude] = [:]
  /// What each layer's results are before its epilogue.
  private(set) var before: [ValueID: Magnitude] = [:]

  init(_ graph: TensorGraph) { self.graph = graph }

  mutating func of(_ id: ValueID) -> Magnitude {
    if let magnitude = known[id] { return magnitude }
    var magnitude = found(id)
    if magnitude.isTooLong { magnitude = .measured(id) }
    known[id] = magnitude
    return magnitude
  }

  private mutating func found(_ id: ValueID) -> Magnitude {
    let node = graph.nodes[id]
    switch node.operation {
    case .scalar(let value): return .constant(abs(value))
    case .reshape, .view, .pool, .slidingMean: return of(node.operands[0])
    case .elementwise(let operation):
      switch operation {
      case .relu, .tanh, .negative, .absolute, .identity: return of(node.operands[0])
      case .sigmoid: return .sum(of(node.operands[0]), .constant(1))
      case .add, .subtract: return .sum(of(node.operands[0]), of(node.operands[1]))
      default: return .measured(id)
      }
    case .call(let call):
      if let layer = FusedLayer(graph, id) { return after(layer, id) }
      switch call.name {
      case "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
        "adaptive_avg_pool3d":
        return of(node.operands[0])
      default: return .measured(id)
      }
    default: return .measured(id)
    }
  }

  private mutating func after(_ layer: FusedLayer, _ id: ValueID) -> Magnitude {
    var result = Magnitude.layer(of(layer.input), layer)
    if let other = layer.other {
      // A product's bound is no sum of such terms.
      guard other.operation != "mul" else { return .measured(id) }
      result = .sum(result, of(other.value))
    }
    before[id] = result
    let scalars = layer.epilogue.scalars
    switch layer.epilogue.attribute {
    case "sigmoid", "hardsigmoid": return .sum(result, .constant(1))
    case "hardtanh": return .sum(result, .constant(scalars.map(abs).reduce(0, +)))
    case "leaky_relu": return .scaled(result, by: max(1, abs(scalars.first ?? 1)))
    // |f(x)| ≤ |x| for the others.
    default: return result
    }
  }
}

extension LoweringContext {
  /// A magnitude as a number that is computed in every call; nil where that can't be said in primitives.
  ///
  /// - Parameter mapped: what stands here for the values that the magnitude speaks of.
  mutating func bound(_ magnitude: Magnitude, _ mapped: [ValueID: ValueID]) -> ValueID? {
    guard let sum = affine(magnitude, mapped) else { return nil }
    var total = sum.offset
    for (root, factor) in sum.terms {
      guard let value = mapped[root] else { return nil }
      let size = apply(.absolute, value)
      guard var term = reduce(.maximum, size, Set(shape(value).indices)) else { return nil }
      if let factor { term = apply(.multiply, term, factor) }
      total = total.map { apply(.add, $0, term) } ?? term
    }
    return total
  }

  /// `Σ factor · max|root| + offset`; no factor means 1, no offset 0.
  private struct Affine {
    var terms: [(root: ValueID, factor: ValueID?)] = []
    var offset: ValueID?
  }

  private mutating func affine(_ magnitude: Magnitude, _ mapped: [ValueID: ValueID]) -> Affine? {
    switch magnitude.form {
    case .measured(let id): return Affine(terms: [(id, nil)])
    case .constant(let value): return value == 0 ? Affine() : Affine(offset: scalar(value))
    case .sum(let a, let b):
      guard var left = affine(a, mapped), let right = affine(b, mapped) else { return nil }
      for term in right.terms {
        guard let index = left.terms.firstIndex(where: { $0.root == term.root }) else {
          left.terms.append(term)
          continue
        }
        let (one, other) = (left.terms[index].factor ?? scalar(1), term.factor ?? scalar(1))
        left.terms[index].factor = apply(.add, one, other)
      }
      if let offset = right.offset { left.offset = left.offset.map { apply(.add, $0, offset) } ?? offset }
      return left
    case .scaled(let a, let value):
      guard let inner = affine(a, mapped) else { return nil }
      return value == 1 ? inner : scaled(inner, scalar(value))
    case .layer(let a, let layer):
      guard let inner = affine(a, mapped), let weight = mapped[layer.weight], let gain = gain(weight, layer) else {
        return nil
      }
      var result = scaled(inner, gain)
      if let bias = layer.bias {
        guard let bias = mapped[bias] else { return nil }
        let size = apply(.absolute, bias)
        guard let largest = reduce(.maximum, size, Set(shape(bias).indices)) else { return nil }
        result.offset = result.offset.map { apply(.add, $0, largest) } ?? largest
      }
      return result
    }
  }

  private mutating func scaled(_ sum: Affine, _ factor: ValueID) -> Affine {
    var result = sum
    for index in result.terms.indices {
      result.terms[index].factor = result.terms[index].factor.map { apply(.multiply, $0, factor) } ?? factor
    }
    result.offset = sum.offset.map { apply(.multiply, $0, factor) }
    return result
  }

  /// The largest sum of absolute weights of any output, a little more for rounding; at least 1, so that a bound is one for
  /// everything before it too.
  private mutating func gain(_ weight: ValueID, _ layer: FusedLayer) -> ValueID? {
    let size = apply(.absolute, weight)
    let inputs = Set(shape(weight).indices).subtracting([layer.outputDimension])
    guard let sums = sum(size, inputs), let largest = reduce(.maximum, sums, Set(shape(sums).indices)) else {
      return nil
    }
    let wide = apply(.multiply, largest, 1.01)
    return apply(.maximum, wide, 1)
  }
}
