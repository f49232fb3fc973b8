/// One idea for the parts of an op: PyTorch's tracer cuts it at run time as it did when it was captured, and parts that were
/// seen then get kernels.
struct SegmentedBlock {
  let request: SegmentedRequest
  /// One a part; nil for parts that stay as they are.
  let parts: [Proposal?]

  private var changed: [Proposal] { parts.compactMap(\.self) }

  /// What the parts say, each thing once.
  private func joined(_ texts: (Proposal) -> String, by separator: String = "; ") -> String {
    changed.map(texts).unique().joined(separator: separator)
  }

  var proposal: Proposal {
    let (reasons, exactness) = (joined(\.reason), joined(\.exactness))
    let idea = "\(changed.count) of \(parts.count) parts between decisions on data: \(joined(\.idea))"
    let notes = [idea + ".", "Why: \(reasons).", "Exactness: \(exactness)."]
    return Proposal(
      idea: idea, rule: "parts+" + joined(\.rule, by: "+"), schedule: changed.first?.schedule, reason: reasons,
      exactness: exactness, labels: changed.flatMap(\.labels).unique(),
      agentBrief: changed.first?.agentBrief ?? "", block: block(notes),
      // What lies between the parts may use their results again: of all that is moved only the arguments are certain.
      minimumBytes: changed.map(\.minimumBytes).max() ?? 0, minimumFlops: changed.map(\.minimumFlops).max() ?? 0)
  }

  private func block(_ notes: [String]) -> GeneratedBlock {
    let whole = request.whole
    let wrapper = BlockWriter.wrapper(of: whole)
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
      [intro, GuardText.special, request.signature] + definitions + [
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
    let text = "def \(wrapper)(original):\n" + body.map(BlockWriter.indent).joined(separator: "\n\n")
    return GeneratedBlock(
      opName: whole.opName, isFunction: whole.isFunction, notes: notes, definition: text, wrapper: wrapper)
  }
}
