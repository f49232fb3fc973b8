import Foundation

/// The generated block for a candidate that is a whole file (a language model's): the file's text, a loader that runs it
/// in a namespace of its own, and the same guard as every block has. The original stays the path taken for everything
/// that was not verified.
///
/// A module's instance gets a twin of the candidate's class, made with the same constructor arguments, whose parameters
/// and buffers *are* the instance's: training, `load_state_dict` and `.to()` reach both.
struct WholeFileBlock {
  var opName: String
  var isFunction: Bool
  /// One line an argument, e.g. `float32[16, 1024]` or a literal.
  var inputs: [String]
  var source: String
  var provenance: [String]

  /// The block with its marker lines.
  var text: String {
    let prefix = "_kernelwright_" + String(opName.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    return
      ([
        "# kernelwright: begin generated \(opName)",
        provenance.map { "# \($0)\n" }.joined() + quoted("\(prefix)_source"),
        "", isFunction ? functionPart(prefix) : modulePart(prefix),
        "# kernelwright: end generated \(opName)",
      ].joined(separator: "\n")) + "\n"
  }

  /// `NAME = r'''…'''`: readable as long as the text allows it.
  private func quoted(_ name: String) -> String {
    for quotes in ["'''", "\"\"\""] where !source.contains(quotes) {
      return "\(name) = r\(quotes)\n\(source)\(quotes)"
    }
    let escaped = (try? JSONEncoder().encode(source)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    return "\(name) = \(escaped.replacing("\\/", with: "/"))"
  }

  /// The verified arguments as Python: `("torch.float32", (16, 1024))` for tensors, the literal's text for others.
  private var signature: String {
    let entries = inputs.map { input -> String in
      guard let bracket = input.firstIndex(of: "["), input.hasSuffix("]"), input.first?.isLetter == true else {
        return String(decoding: (try? JSONEncoder().encode(input)) ?? Data("\"\"".utf8), as: UTF8.self)
      }
      let shape = input[input.index(after: bracket)...].dropLast().trimmingCharacters(in: .whitespaces)
      return "(\"torch.\(input[..<bracket])\", (\(shape)\(shape.isEmpty ? "" : ",")))"
    }
    return "(" + entries.joined(separator: ", ") + (entries.isEmpty ? "" : ",") + ")"
  }

  private func loader(_ prefix: String) -> String {
    """
        import linecache
        import types
        import torch

        module = types.ModuleType("\(prefix)")
        linecache.cache["<\(prefix)>"] = (
            len(\(prefix)_source), None, \(prefix)_source.splitlines(True), "<\(prefix)>")
        exec(compile(\(prefix)_source, "<\(prefix)>", "exec"), module.__dict__)
        verified = \(signature)

        def describe(argument):
            if isinstance(argument, torch.Tensor):
                return (str(argument.dtype), tuple(argument.shape))
            return repr(argument)

        def applies(arguments):
            tensors = [a for a in arguments if isinstance(a, torch.Tensor)]
            return (
                tuple(map(describe, arguments)) == verified
                and all(type(t) is torch.Tensor and t.device.type == "cpu" and t.is_contiguous() for t in tensors)
                and not (torch.is_grad_enabled() and any(t.requires_grad for t in tensors))
                and not torch.compiler.is_compiling()
                and not torch.is_autocast_enabled("cpu")
                and torch._C._functorch.maybe_current_level() is None
            )
    """
  }

  private func functionPart(_ prefix: String) -> String {
    """
    def \(prefix)_accelerated(original):
        import functools

    \(loader(prefix))

        candidate = module.ModelNew().eval()

        @functools.wraps(original)
        def function(*arguments, **named):
            if named or not applies(arguments):
                return original(*arguments, **named)
            return candidate(*arguments)

        return function


    \(opName) = \(prefix)_accelerated(\(opName))
    """
  }

  private func modulePart(_ prefix: String) -> String {
    """
    def \(prefix)_accelerate(original):
        import functools
        import weakref

    \(loader(prefix))

        construct, forward = original.__init__, original.forward
        # Outside of the instances: nothing new in state_dict(), parameters(), pickles and copies.
        twins = weakref.WeakKeyDictionary()

        @functools.wraps(construct)
        def __init__(self, *arguments, **named):
            construct(self, *arguments, **named)
            if type(self) is original:
                twins[self] = module.ModelNew(*arguments, **named).eval()

        def share(twin, self):
            for (path, part), (_, ours) in zip(named_tensors(twin), named_tensors(self)):
                if part is not ours:
                    owner, _, name = path.rpartition(".")
                    owner = twin.get_submodule(owner)
                    (owner._parameters if name in owner._parameters else owner._buffers)[name] = ours

        def named_tensors(root):
            yield from root.named_parameters(remove_duplicate=False)
            yield from root.named_buffers(remove_duplicate=False)

        @functools.wraps(forward)
        def accelerated(self, *arguments, **named):
            twin = twins.get(self)
            if (
                twin is None
                or named
                or self.training
                or not applies(arguments)
                or (torch.is_grad_enabled() and any(p.requires_grad for p in self.parameters()))
                or any(m._forward_hooks or m._forward_pre_hooks for m in self.modules())
            ):
                return forward(self, *arguments, **named)
            share(twin, self)
            return twin(*arguments)

        original.__init__, original.forward = __init__, accelerated


    \(prefix)_accelerate(\(opName))
    """
  }
}
