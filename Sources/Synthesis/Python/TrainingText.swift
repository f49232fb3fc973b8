/// The Python of a block's own gradients: an autograd function whose forward is the fast path and whose backward runs
/// generated kernels too.
///
/// Whatever the kernels don't cover is differentiated by PyTorch itself, through the original: second derivatives, calls
/// where only some results got a gradient, function transforms, gradients that aren't plain tensors. Where the backward
/// pass reads the op's one result, PyTorch runs the same pass instead.
struct TrainingText {
  /// A tensor that the function is given: an argument of the op or a tensor of the module.
  struct Input {
    var source: BackwardPass.Source
    /// In the forward.
    var name: String
    var type: TensorType
  }

  let request: SynthesisRequest
  let pass: BackwardPass
  let forward: CallSequence
  let backward: CallSequence
  /// The backward pass without kernels, where it reads what the op returned: what that was made of may be gone.
  let replay: CallSequence?
  let inputs: [Input]
  /// Numbers of the inputs that get gradients, in the order of the backward pass's results.
  let wanted: [Int]
  /// The op's returned leaves that are tensors, in the order in which the fast path gives them.
  let tensors: [Int]

  /// - Parameter forward: the calls of the fast path.
  /// - Returns: nil where the fast path can't be such a function: it hands through what it was given, or one result is
  ///   another's view.
  init?(_ pass: BackwardPass, _ forward: CallSequence, request: SynthesisRequest, schedule: Schedule) {
    guard Self.givesOwnTensors(forward.graph), !request.isFunction || forward.needed.isEmpty,
      !forward.statements.contains(where: { $0.contains(CallSequence.originalCall) })
    else { return nil }
    self.request = request
    self.pass = pass
    self.forward = forward
    inputs = Self.inputs(of: forward)
    tensors = forward.graph.outputs.indices.filter {
      if case .value = forward.graph.outputs[$0] { true } else { false }
    }
    let known = inputs.map(\.source)
    wanted = pass.wanted.compactMap { known.firstIndex(of: $0) }
    backward = CallSequence(
      pass.fused.graph, pass.fused.partition, schedule: schedule, threads: request.threads,
      prefix: forward.prefix + "_gradient", conditions: wanted.map { "needs[\($0)]" })
    replay =
      pass.readsResults
      ? CallSequence(pass.graph, .none, schedule: schedule, threads: request.threads, prefix: forward.prefix) : nil
    let read = pass.sources.allSatisfy { source in
      switch source {
      case .argument, .parameter: known.contains(source)
      case .result, .upstream: true
      }
    }
    guard wanted.count == pass.wanted.count, read, backward.needed.isEmpty, !backward.kernels.isEmpty else {
      return nil
    }
  }

  /// Arguments first, then what the module holds, as the forward's guard examines it.
  private static func inputs(of forward: CallSequence) -> [Input] {
    let arguments = forward.graph.arguments.enumerated().compactMap { position, argument -> Input? in
      guard case .tensor(_, let type) = argument else { return nil }
      return Input(source: .argument(position), name: forward.argumentNames[position], type: type)
    }
    return arguments + forward.needed.map { Input(source: .parameter(path: $0.path), name: $0.name, type: $0.type) }
  }

  /// Every result is a tensor of its own that a kernel has written, in row-major order.
  private static func givesOwnTensors(_ graph: TensorGraph) -> Bool {
    let isPrepared = graph.isPrepared
    var roots = Set<TensorGraph.ValueID>()
    for case .value(let id) in graph.outputs {
      let source = graph.source(id)
      let type = graph.nodes[id].type
      guard roots.insert(source.root).inserted, !isPrepared[source.root],
        type.count == graph.nodes[source.root].type.count,
        source.layout.isRowMajor(type.shape)
      else { return false }
      switch graph.nodes[source.root].operation {
      case .elementwise, .reduce, .reduceColumns, .scan, .recurrence: continue
      default: return false
      }
    }
    return !roots.isEmpty
  }

  // MARK: Where it is called

  /// A leaf of what the op returns, by its place in `results`.
  func result(_ leaf: Int) -> String { "results[\(tensors.firstIndex(of: leaf) ?? 0)]" }

  var arguments: [Input] { inputs.filter { if case .argument = $0.source { true } else { false } } }

  /// The expression that calls it where gradients are wanted.
  var call: String {
    let about = request.isFunction ? "None, None" : "self, instance"
    var given = ["(library, gradients, \(about))"] + arguments.map(\.name)
    if !forward.needed.isEmpty { given.append("*(t for _, _, t, _, _ in instance.held)") }
    return "Differentiable.apply(\(given.joined(separator: ", ")))"
  }

  /// The expression that computes the same without gradients.
  var plainCall: String {
    "compute(\((["library"] + arguments.map(\.name) + forward.values).joined(separator: ", ")))"
  }

  /// What the op returns, put together from `results`.
  var returned: String {
    forward.structured(
      forward.graph.outputs.enumerated().map { leaf, output in
        if case .literal(let text) = output { text } else { result(leaf) }
      })
  }
}
