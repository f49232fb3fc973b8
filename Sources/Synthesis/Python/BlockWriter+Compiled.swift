extension BlockWriter {
  /// The block that has PyTorch compile the original.
  static func compiled(_ graph: TensorGraph, request: SynthesisRequest, notes: [String]) -> GeneratedBlock {
    var names = PythonNames()
    let arguments = graph.arguments.map { names.unique($0.name) }
    var body = ["compiled = torch.compile(original, dynamic=False)\nwarned = []", GuardText.special]
    if !request.isFunction { body.append(GuardText.instance(graph.modules, [], preparation: [], values: [])) }
    let all = (request.isFunction ? [] : ["self"]) + arguments
    body.append(
      fastPath(
        graph, request: request, arguments: arguments, hasKernels: false, values: [],
        statements: [
          "if not warned:", "    try:", "        return compiled(\(all.joined(separator: ", ")))",
          "    except Exception as error:  # the compiler's own failures; the original raises what is the op's",
          "        warned.append(True)",
          "        warnings.warn(f\"\(request.opName) takes its original path: torch.compile failed: {type(error).__name__}\", RuntimeWarning, stacklevel=2)",
          "return original(\(all.joined(separator: ", ")))",
        ]))
    return assemble(body, graph, request: request, notes: notes)
  }

  /// The block that has PyTorch compile the original of a module with its weights as constants.
  ///
  /// Every tensor of the module is watched by identity and version, as those are that something is folded from: others,
  /// or the same ones changed, are compiled anew.
  static func frozen(_ graph: TensorGraph, request: SynthesisRequest, notes: [String]) -> GeneratedBlock {
    var names = PythonNames()
    let arguments = graph.arguments.map { names.unique($0.name) }
    let needed = graph.nodes.compactMap { node -> CallSequence.Needed? in
      guard case .parameter(let path, let kind) = node.operation else { return nil }
      return .init(path: path, kind: kind, type: node.type, name: names.unique(path), isPreparedFrom: true)
    }
    let weights = needed.map { $0.name + "," }.joined(separator: " ")
    let body = [
      FrozenText.text(op: request.opName), GuardText.special,
      GuardText.instance(
        graph.modules, needed, preparation: ["frozen = frozen_for((\(weights)))"], values: ["frozen"],
        purpose: "The original with these weights as constants."),
      fastPath(
        graph, request: request, arguments: arguments, hasKernels: false, values: ["frozen"],
        statements: ["return frozen(self, args)"]),
    ]
    return assemble(body, graph, request: request, notes: notes)
  }
}
