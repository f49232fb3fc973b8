/// One idea for the parts of an op: PyTorch's tracer cuts it at run time as it did when it was captured, and parts that were
/// seen then get kernels.
struct SegmentedBlock {
  let request: SegmentedRequest
  /// One a part; nil for parts that stay as they are.
  let parts: [Proposal?]

  init(_ request: SegmentedRequest, _ parts: [Proposal?]) {
    self.request = request
    self.parts = parts
  }

  private var changed: [Proposal] { parts.compactMap(\.self) }

  private func joined(_ texts: [String]) -> String {
    texts.reduce(into: [String]()) { all, text in if !all.contains(text) { all.append(text) } }.joined(separator: "; ")
  }

  var proposal: Proposal {
    let (ideas, reasons) = (joined(changed.map(\.idea)), joined(changed.map(\.reason)))
    let exactness = joined(changed.map(\.exactness))
    let idea = "\(changed.count) of \(parts.count) parts between decisions on data: \(ideas)"
    let notes = [idea + ".", "Why: \(reasons).", "Exactness: \(exactness)."]
    let labels = changed.flatMap(\.labels).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return Proposal(
      idea: idea, rule: "parts+" + joined(changed.map(\.rule)).replacing("; ", with: "+"),
      schedule: changed.first?.schedule, reason: reasons, exactness: exactness, labels: labels,
      agentBrief: changed.first?.agentBrief ?? "", block: block(notes),
      // What lies between the parts may use their results again: of all that is moved only the arguments are certain.
      minimumBytes: changed.map(\.minimumBytes).max() ?? 0, minimumFlops: changed.map(\.minimumFlops).max() ?? 0)
  }

  private func block(_ notes: [String]) -> GeneratedBlock {
    let whole = request.whole
    let wrapper = "_kw_accelerate_" + Python.identifier(whole.opName)
    let this = whole.isFunction ? "" : "self, "
    var definitions: [String] = []
    var table: [String] = []
    for (part, segment) in zip(parts, request.segments) {
      guard let part else { continue }
      definitions.append(part.block.definition)
      table.append("    \(Python.string(segment.signature)): \(part.block.wrapper),")
    }
    let intro = """
      \"\"\"Wraps `original`: PyTorch's tracer cuts it where it decides by what its tensors hold, and the parts between are
      the functions below, wherever a part is what it was when this was verified. Gradients take `original` itself.
      \"\"\"
      import functools

      import torch
      import torch.autograd.forward_ad
      """
    let body =
      [intro, GuardText.special, Self.signature] + definitions + [
        "parts = {\n" + table.joined(separator: "\n") + "\n}",
        """
        def backend(graph, examples):
            accelerate = parts.get(signature(graph, examples))
            return graph.forward if accelerate is None else accelerate(graph.forward)

        compiled = torch.compile(original, backend=backend, dynamic=False)

        @functools.wraps(original)
        def forward(\(this)*args, **kwargs):
            wanted = is_grad_enabled() and (any(isinstance(a, torch.Tensor) and a.requires_grad for a in args)\(
              whole.isFunction ? "" : " or any(p.requires_grad for p in self.parameters())"))
            if is_compiling() or special() or wanted:
                return original(\(this)*args, **kwargs)
            return compiled(\(this)*args, **kwargs)

        return forward
        """,
      ]
    let text = "def \(wrapper)(original):\n" + body.map(Self.indented).joined(separator: "\n\n")
    return GeneratedBlock(
      opName: whole.opName, isFunction: whole.isFunction, notes: notes, definition: text, wrapper: wrapper)
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
      .joined(separator: "\n")
  }

  /// The same as the worker's `segments.signature`.
  private static let signature = #"""
    def signature(graph, examples):
        """A part as text that is equal for equal parts on equal inputs, in any process."""
        numbers = {node: f"%{number}" for number, node in enumerate(graph.graph.nodes)}

        def text(value):
            if isinstance(value, torch.fx.Node):
                return numbers[value]
            if isinstance(value, (list, tuple)):
                return f"({', '.join(map(text, value))})"
            if isinstance(value, dict):
                return f"{{{', '.join(f'{key}: {text(each)}' for key, each in value.items())}}}"
            if isinstance(value, slice):
                return f"slice{text((value.start, value.stop, value.step))}"
            return repr(value) if " at 0x" not in repr(value) else f"{type(value).__module__}.{type(value).__qualname__}"

        def name(target):
            if isinstance(target, str):
                return target
            return f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', repr(target))}"

        lines = [
            f"{e.dtype} {tuple(e.shape)} {e.stride()}" if isinstance(e, torch.Tensor) else repr(e) for e in examples
        ]
        for node in graph.graph.nodes:
            if node.op != "placeholder":
                lines.append(f"{node.op} {name(node.target)} {text(node.args)} {text(node.kwargs)}")
        return "\n".join(lines)
    """#
}
