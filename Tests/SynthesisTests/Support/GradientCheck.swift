@testable import Synthesis

/// Holds a backward pass against central differences of the forward, both in double precision.
struct GradientCheck {
  typealias Source = BackwardPass.Source

  let maker: GraphMaker
  let pass: BackwardPass
  private let forward: TensorGraph
  private var upstream: [DenseTensor] = []

  /// nil where there is no backward pass.
  init?(_ maker: GraphMaker) throws {
    var trained = maker
    trained.graph.trainsAlike = true
    guard let pass = BackwardPass(trained.graph) else { return nil }
    self.maker = maker
    self.pass = pass
    forward = maker.graph.lowered()
    for result in try maker.run(forward) { upstream.append(trained.values(result.shape, 0.25...1.5)) }
  }

  private func results(_ changed: Source? = nil, _ values: DenseTensor? = nil) throws -> [DenseTensor] {
    var copy = maker
    switch changed {
    case .argument(let position)?: copy.inputs[position] = values
    case .parameter(let path)?: copy.parameters[path] = values
    default: break
    }
    return try copy.run(forward)
  }

  private func value(_ source: Source) -> DenseTensor? {
    switch source {
    case .argument(let position): maker.inputs[position]
    case .parameter(let path): maker.parameters[path]
    case .result, .upstream: nil
    }
  }

  /// The gradients that the backward pass gives, in the order of `pass.wanted`.
  func gradients() throws -> [DenseTensor] {
    let results = try results()
    var arguments: [Int: DenseTensor] = [:]
    for (number, source) in pass.sources.enumerated() {
      switch source {
      case .result(let leaf): arguments[number] = results[leaf]
      case .upstream(let leaf): arguments[number] = upstream[leaf]
      default: arguments[number] = value(source)
      }
    }
    return try Interpreter().run(pass.graph, arguments: arguments)
  }

  /// What a gradient has to be at some elements, to about ten digits.
  private func differences(_ source: Source, at elements: [Int]) throws -> [Double] {
    guard var values = value(source) else { return [] }
    let step = 1e-4
    func total() throws -> Double {
      let results = try results(source, values)
      return zip(results, upstream).enumerated().reduce(0) { sum, pair in
        guard pass.differentiable[pair.offset] != nil else { return sum }
        return sum + zip(pair.element.0.values, pair.element.1.values).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return try elements.map { index in
      let own = values.values[index]
      var sides: [Double] = []
      // Fourth order: 8 (f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h)), over 12 h.
      for offset in [1.0, -1, 2, -2] {
        values.values[index] = own + offset * step
        sides.append(try total())
      }
      values.values[index] = own
      return (8 * (sides[0] - sides[1]) - (sides[2] - sides[3])) / (12 * step)
    }
  }

  /// The worst difference of all gradients, relative to the largest number in any: some are nothing but rounding errors
  /// (what is added to a whole row before a softmax). Of large tensors a dozen elements are looked at, wherever they lie.
  func worst() throws -> Double {
    var worst = 0.0
    let gradients = try gradients()
    let scale = gradients.flatMap(\.values).map(abs).max() ?? 0
    for (source, gradient) in zip(pass.wanted, gradients) {
      guard gradient.shape == value(source)?.shape else { return .infinity }
      let count = gradient.values.count
      let elements = count <= 24 ? Array(0..<count) : (0..<12).map { ($0 * 31 + 7) * 17 % count }
      let wanted = try differences(source, at: elements)
      for (element, value) in zip(elements, wanted) {
        let difference = abs(gradient.values[element] - value) / max(scale, 1e-300)
        worst = max(worst, difference.isNaN ? .infinity : difference)
      }
    }
    return worst
  }
}
