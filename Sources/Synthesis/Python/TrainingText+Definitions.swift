/// What stands above the fast path: `compute`, `again`, and the autograd function itself.
extension TrainingText {
  var definitions: String {
    [computation, replayed ?? fallback, preparation, function].compactMap { $0?.joined(separator: "\n") }.joined(
      separator: "\n\n")
  }

  /// What of the forward is kept for the backward pass, in the order in which that reads it.
  private var kept: [BackwardPass.Source] { pass.sources.filter { !$0.isUpstream } }

  /// Returned leaves that have gradients.
  private var leaves: [Int] { pass.differentiable.keys.sorted() }

  private func unpacked(_ names: [String]) -> String { names.joined(separator: ", ") + (names.count == 1 ? "," : "") }

  private var computation: [String] {
    ["def compute(\((["library"] + arguments.map(\.name) + forward.values).joined(separator: ", "))):"]
      + forward.statements.map { "    " + $0 }
      + ["    return \(Python.tuple(of: tensors.map { forward.results[$0] }))"]
  }

  // MARK: By PyTorch's own means

  private var replayed: [String]? {
    guard let replay else { return nil }
    let gradients = inputs.indices.map { number -> String in
      guard let position = wanted.firstIndex(of: number) else { return "None" }
      return "\(replay.results[position]) if needs[\(number)] else None"
    }
    let names = zip(pass.sources, replay.argumentNames)
    return [
      "def again(call, saved, needs, upstream):",
      "    \"\"\"The gradients step by step, so that they can be differentiated again.\"\"\"",
      "    if upstream[0] is None:", "        return (None,) * \(inputs.count)",
      "    \(unpacked(names.filter { !$0.0.isUpstream }.map(\.1))) = saved",
      "    \(unpacked(names.filter(\.0.isUpstream).map(\.1))) = upstream",
    ] + replay.statements.map { "    " + $0 } + ["    return \(Python.tuple(of: gradients))"]
  }

  private var fallback: [String] {
    let graph = forward.graph
    let tensors = inputs.map { input -> String in
      if let number = kept.firstIndex(of: input.source) { return "saved[\(number)]" }
      // No gradient depends on its contents.
      return "torch.zeros(\(Python.tuple(input.type.shape)), dtype=torch.\(input.type.dtype.rawValue))"
    }
    var number = -1
    let given = graph.arguments.map { argument -> String in
      if case .literal(_, let text) = argument { return text }
      number += 1
      return "inputs[\(number)]"
    }
    let ends = leaves.map { Self.access("result", graph.structure, leaf: $0) ?? "result" }
    var text = [
      "def again(call, saved, needs, upstream):",
      "    \"\"\"The gradients by PyTorch's own means, from the original.\"\"\"",
      "    _, _, model, instance = call",
      "    second = is_grad_enabled()",
      "    with torch.enable_grad(), torch.autocast(\"cpu\", enabled=False):",
      "        inputs = [t.view_as(t) if second else t.detach() for t in \(Python.tuple(of: tensors))]",
      "        for t, need in zip(inputs, needs):",
      "            if need and not t.requires_grad:",
      "                t.requires_grad_()",
    ]
    if request.isFunction {
      text.append("        result = original(\(given.joined(separator: ", ")))")
    } else {
      text += [
        "        with holding(instance, inputs[\(arguments.count):]):",
        "            result = original(\((["model"] + given).joined(separator: ", ")))",
      ]
    }
    return text + [
      "        pairs = [(r, g) for r, g in zip(\(Python.tuple(of: ends)), upstream) if g is not None and r.requires_grad]",
      "        sought = [t for t, need in zip(inputs, needs) if need]",
      "        if not pairs or not sought:",
      "            return (None,) * len(inputs)",
      "        ends, gradients = zip(*pairs)",
      "        found = iter(torch.autograd.grad(ends, sought, gradients, create_graph=second, allow_unused=True))",
      "    return tuple(next(found) if need else None for need in needs)",
    ]
  }

  /// Where a leaf lies in what the op returned.
  private static func access(_ base: String, _ structure: TensorGraph.OutputStructure, leaf: Int) -> String? {
    switch structure {
    case .leaf(let index): return index == leaf ? base : nil
    case .tuple(let items), .list(let items):
      return items.enumerated().lazy.compactMap { access("\(base)[\($0.offset)]", $0.element, leaf: leaf) }.first
    case .dictionary(let entries):
      return entries.lazy.compactMap { access("\(base)[\(Python.string($0.key))]", $0.value, leaf: leaf) }.first
    }
  }

  // MARK: The function

  /// Tables that the backward pass makes once.
  private var preparation: [String]? {
    if backward.prepared.isEmpty { return nil }
    return ["gradient_constants = []", "", "def prepare_gradients():"]
      + ["    with torch.inference_mode(False), torch.no_grad():"] + backward.preparation.map { "        " + $0 }
      + ["    return \(Python.tuple(of: backward.prepared))"]
  }

  private var function: [String] {
    [
      "class Differentiable(torch.autograd.Function):",
      "    \"\"\"The fast path where gradients are wanted: kernels compute them as well.\"\"\"", "",
      "    @staticmethod",
    ] + forwardMethod.map { "    " + $0 } + ["", "    @staticmethod"] + backwardMethod.map { "    " + $0 }
  }

  private var forwardMethod: [String] {
    let values = request.isFunction ? (forward.values.isEmpty ? [] : ["*constants[0]"]) : ["*instance.values"]
    var text = [
      "def forward(ctx, call, \(inputs.map(\.name).joined(separator: ", "))):",
      "    library, _, _, instance = ctx.call = call", "    ctx.set_materialize_grads(False)",
      "    results = compute(\((["library"] + arguments.map(\.name) + values).joined(separator: ", ")))",
    ]
    let isReshaped = forward.graph.outputs.contains {
      if case .value(let id) = $0 { forward.graph.source(id).root != id } else { false }
    }
    if isReshaped {
      text.append(
        "    results = tuple(r.detach() for r in results)  # none may be a view: they can be changed in place")
    }
    let names = kept.map { source -> String in
      if case .result(let leaf) = source { return result(leaf) }
      return inputs.first { $0.source == source }?.name ?? "None"
    }
    text.append("    ctx.save_for_backward(\(names.joined(separator: ", ")))")
    return text + constants.map { "    " + $0 } + ["    return results"]
  }

  /// Results that have no gradient: never, or not where only some of the inputs have.
  private var constants: [String] {
    let always = tensors.filter { pass.differentiable[$0] == nil }.map(result)
    var conditional: [String] = []
    for leaf in leaves {
      let numbers = wanted.filter { pass.differentiable[leaf]?.contains(inputs[$0].source) ?? false }
      if numbers.count == wanted.count { continue }
      let conditions = numbers.map { "ctx.needs_input_grad[\($0 + 1)]" }.joined(separator: " or ")
      conditional += ["if not (\(conditions)):", "    constant.append(\(result(leaf)))"]
    }
    if conditional.isEmpty {
      return always.isEmpty ? [] : ["ctx.mark_non_differentiable(\(always.joined(separator: ", ")))"]
    }
    return ["constant = [\(always.joined(separator: ", "))]"] + conditional + ["ctx.mark_non_differentiable(*constant)"]
  }

  private var backwardMethod: [String] {
    var text = [
      "def backward(ctx, *upstream):", "    saved, needs = ctx.saved_tensors, ctx.needs_input_grad[1:]",
    ]
    if leaves.count < tensors.count {
      text.append("    upstream = \(Python.tuple(of: leaves.map { "upstream[\(tensors.firstIndex(of: $0) ?? 0)]" }))")
    }
    // A gradient of something that is none of the op's variables, a buffer, say.
    let others = inputs.indices.filter { number in
      guard inputs[number].type.dtype.isFloating, !wanted.contains(number) else { return false }
      return forward.needed.contains { .parameter(path: $0.path) == inputs[number].source && $0.kind != .parameter }
    }
    let isOther = others.map { " or needs[\($0)]" }.joined()
    text += [
      "    if is_grad_enabled() or is_compiling() or special() or not all(map(plain, (*saved, *upstream)))\(isOther):",
      "        return (None, *again(ctx.call, saved, needs, upstream))", "    library = ctx.call[1]",
    ]
    let names = zip(pass.sources, backward.argumentNames).map { (source: $0, name: $1) }
    let savedNames = names.filter { !$0.source.isUpstream }.map(\.name)
    if !savedNames.isEmpty { text.append("    \(unpacked(savedNames)) = (t.contiguous() for t in saved)") }
    for (number, leaf) in leaves.enumerated() {
      guard let name = names.first(where: { $0.source == .upstream(leaf) })?.name else { continue }
      text.append("    \(name) = upstream[\(number)].contiguous()")
    }
    if !backward.prepared.isEmpty {
      text += [
        "    if not gradient_constants:", "        gradient_constants.append(prepare_gradients())",
        "    \(unpacked(backward.prepared)) = gradient_constants[0]",
      ]
    }
    text += backward.statements.map { "    " + $0 }
    let gradients = inputs.indices.map { number -> String in
      guard let position = wanted.firstIndex(of: number) else { return "None" }
      let result = backward.results[position]
      return wanted.count == 1 ? result : "\(result) if needs[\(number)] else None"
    }
    return text + ["    return None, \(gradients.joined(separator: ", "))"]
  }
}
