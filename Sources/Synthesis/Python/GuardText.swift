/// The Python that decides whether a call may take the fast path.
enum GuardText {
  /// Statements that define `special()`: true while PyTorch is in a mode in which calls mean something else.
  static let special = #"""
    try:
        functorch = torch._C._functorch.peek_interpreter_stack
        dispatch_modes, function_modes = torch._C._len_torch_dispatch_stack, torch._C._len_torch_function_stack
        autocast = getattr(torch._C, "_is_any_autocast_enabled", None) or functools.partial(torch.is_autocast_enabled, "cpu")
        tracing, dual = torch._C._get_tracing_state, torch.autograd.forward_ad
        before, after = torch.nn.modules.module._global_forward_pre_hooks, torch.nn.modules.module._global_forward_hooks
        is_compiling, is_grad_enabled, get_num_threads = torch.compiler.is_compiling, torch.is_grad_enabled, torch.get_num_threads
        dual._current_level
    except AttributeError:  # a PyTorch that this was not written for
        return original

    def special():
        """True under autocast, tracing, function transforms, dispatch modes, forward-mode differentiation, global hooks."""
        return (
            autocast() or dispatch_modes() or function_modes() or functorch() is not None
            or dual._current_level >= 0 or tracing() is not None or before or after
        )
    """#

  /// Statements that define `plain(t)`: a tensor that kernels can read.
  static let plain = #"""
    def plain(t):
        """A tensor in memory; in batches of gradients there are others."""
        kind = type(t)
        return (kind is Tensor or kind is torch.nn.Parameter) and t.layout is strided and t.is_cpu and not t.is_neg() and torch._C._has_storage(t)
    """#

  /// Statements that define `within(t, size)`: what kernels read by these numbers is there.
  static let within = #"""
    def within(t, size):
        """True for whole numbers from 0 up to size; counting from the end, and errors, are the original's business."""
        least, most = torch.aminmax(t)
        return least.item() >= 0 and most.item() < size
    """#

  /// Statements that name operators which not every PyTorch has; nil where a graph calls none.
  ///
  /// Where PyTorch leaves products to the Arm Compute Library, oneDNN's fused operators are not to be relied on.
  static func operators(_ graph: TensorGraph) -> String? {
    let targets = graph.nodes.compactMap {
      if case .call(let call) = $0.operation { (call.withChannelsFirst ?? call).target } else { nil }
    }
    let named = Set(targets).sorted().compactMap { target in LibraryCall.optional[target].map { (target, $0) } }
    if named.isEmpty { return nil }
    let lines = named.map { "    \($0.1) = torch.ops.\($0.0)" }
    return
      (["try:"] + lines + [
        "    if not torch.backends.mkldnn.is_available() or torch.ops.mkldnn._is_mkldnn_acl_supported():",
        "        return original", "except (AttributeError, RuntimeError):  # a PyTorch without these operators",
        "    return original",
      ]).joined(separator: "\n")
  }

  /// Conditions on one argument that all have to hold.
  ///
  /// - Parameter takesParameters: whether it may be a parameter of a module.
  static func conditions(
    _ argument: TensorGraph.Argument, name: String, takesParameters: Bool = false
  ) -> [String] {
    switch argument {
    case .tensor(_, let type):
      return [
        takesParameters ? "type(\(name)) in (Tensor, torch.nn.Parameter)" : "type(\(name)) is Tensor",
        "\(name).dtype is \(type.dtype.rawValue)",
        "\(name).shape == \(Python.tuple(type.shape))", "\(name).layout is strided", "\(name).is_contiguous()",
        "\(name).is_cpu", "not \(name).is_neg()",
      ]
    case .literal(_, "None"): return ["\(name) is None"]
    case .literal(_, let text): return ["type(\(name)) is type(\(text))", "\(name) == \(text)"]
    }
  }

  /// Statements that define `Instance` and `get_instance(model)`.
  ///
  /// An instance is examined once; in every call a few comparisons find out whether anything changed since: attributes,
  /// submodules, hooks, the identity and place of parameters, and, where something was computed from them, their
  /// versions.
  ///
  /// - Parameter purpose: what `preparation` makes, as a sentence.
  static func instance(
    _ modules: [TensorGraph.ModuleConfiguration], _ needed: [CallSequence.Needed], preparation: [String],
    values: [String], trains: Bool = false,
    purpose: String = "What depends on parameters alone, computed in double precision and rounded once."
  ) -> String {
    var lines: [String] = []
    lines.append("# How the modules were configured when this was verified; the type of the first is the class itself.")
    lines.append("expected = {")
    for module in modules {
      let attributes = module.attributes.sorted { $0.key < $1.key }
        .map { "\(Python.string($0.key)): \(Python.string($0.value))" }.joined(separator: ", ")
      lines.append(
        "    \(Python.string(module.path)): (\(Python.string(module.path.isEmpty ? "" : module.type)), {\(attributes)}),"
      )
    }
    lines.append("}")
    lines.append(
      "# Tensors it needs: where, type, shape, and whether anything is computed from their contents ahead of calls.")
    lines.append("tensors = (")
    for tensor in needed {
      let holder = tensor.kind == .parameter ? "_parameters" : tensor.kind == .buffer ? "_buffers" : ""
      lines.append(
        "    (\(Python.string(tensor.path)), \(Python.string(holder)), torch.\(tensor.type.dtype.rawValue), \(Python.tuple(tensor.type.shape)), \(tensor.isPreparedFrom ? "True" : "False")),"
      )
    }
    lines.append(")")
    lines.append("")
    if !preparation.isEmpty {
      lines.append("def prepare(\(needed.map(\.name).joined(separator: ", "))):")
      lines.append("    \"\"\"\(purpose)\"\"\"")
      lines += preparation.map { "    " + $0 }
    } else {
      lines.append("def prepare(\(needed.map(\.name).joined(separator: ", "))):")
    }
    lines.append("    return \(Python.tuple(of: values))")
    let text = trains ? examination.replacing(evaluationOnly, with: "") + "\n\n" + holding : examination
    return lines.joined(separator: "\n") + "\n\n" + text
  }

  private static let evaluationOnly = " or any(m.training for m in modules.values())"

  /// For what calls the original on other tensors than the module's own.
  private static let holding = #"""
    @contextlib.contextmanager
    def holding(instance, replacements):
        """Has the module hold other tensors for a while."""
        own = [place[name] for place, name, _, _, _ in instance.held]
        try:
            for (place, name, _, _, _), t in zip(instance.held, replacements):
                place[name] = t
            yield
        finally:
            for (place, name, _, _, _), t in zip(instance.held, own):
                place[name] = t
    """#

  private static let examination = #"""
    standard = frozenset(vars(torch.nn.Module()))

    def kind(value):
        t = type(value)
        return f"{t.__module__}.{t.__qualname__}" if t.__module__.startswith("torch.") else t.__qualname__

    def describe(value):
        """An attribute as text that is equal for equal configuration; None for tensors."""
        if isinstance(value, torch.Tensor):
            return None
        if callable(value) and hasattr(value, "__qualname__"):
            return value.__qualname__
        text = repr(value)
        return text if " at 0x" not in text and len(text) <= 500 else kind(value)

    class Instance:
        """One module as it was when examined: whether the fast path fits it, and what would show that it changed."""

        def __init__(self, model):
            self.model = weakref.ref(model, lambda _, key=id(model): instances.pop(key, None))
            self.watched, self.families, self.held, self.hooks, self.values, self.fits = [], [], [], [], (), False
            self.hooked = False
            modules = dict(model.named_modules())
            for module in modules.values():
                state = vars(module)
                own = [n for n, v in state.items() if n not in standard and not isinstance(v, torch.Tensor)]
                # Lists and dicts can change in place: a copy shows it.
                copies = [type(v)(v) if type(v) in (list, dict, set) else v for v in map(state.get, own)]
                kept = (state["training"], dict(state["_modules"]), *copies)
                self.watched.append((state, len(state), operator.itemgetter("training", "_modules", *own), kept))
                if len(state["_modules"]) > 1:  # equal dicts may have another order
                    self.families.append((state["_modules"], tuple(state["_modules"].values())))
                if module is not model:
                    self.hooks += [state["_forward_hooks"], state["_forward_pre_hooks"]]
            configuration = {
                path: (kind(m) if path else "", {n: d for n, v in vars(m).items() if n not in standard and (d := describe(v)) is not None})
                for path, m in modules.items()
            }
            self.hooked = any(self.hooks)
            same = configuration == expected and [*configuration] == [*expected]  # in their order, too
            if not same or any(m.training for m in modules.values()) or self.hooked:
                return
            if type(model).__dict__.get("forward") is not forward or "forward" in vars(model):
                return
            usable = True
            for path, holder, dtype, shape, contents in tensors:
                owner, _, name = path.rpartition(".")
                place = vars(modules[owner])[holder] if holder else vars(modules[owner])
                t = place.get(name)
                if type(t) not in (torch.Tensor, torch.nn.Parameter) or (contents and t.is_inference()):
                    self.held.append((place, name, t, None, None))  # tensors made in inference mode have no versions
                    usable = False
                    continue
                self.held.append((place, name, t, t.data_ptr(), t._version if contents else None))
                same = t.dtype is dtype and t.shape == shape and t.layout is torch.strided and t.is_contiguous()
                usable = usable and same and t.is_cpu and not t.is_neg()
            if not usable:
                return
            with torch.inference_mode(False), torch.no_grad():
                self.values = prepare(*(t for _, _, t, _, _ in self.held))
            self.fits = True

        def holds(self):
            """True while everything is as it was when examined."""
            try:
                for state, size, found, kept in self.watched:
                    if len(state) != size or found(state) != kept:
                        return False
                for modules, children in self.families:
                    if tuple(modules.values()) != children:
                        return False
                for place, name, t, address, version in self.held:
                    if place.get(name) is not t or (address is not None and t.data_ptr() != address):
                        return False
                    if version is not None and t._version != version:
                        return False
                return any(self.hooks) == self.hooked
            except Exception:  # an attribute is gone, or can't be compared
                return False

    instances = {}

    def get_instance(model):
        instance = instances.get(id(model))
        if instance is None or instance.model() is not model or not instance.holds():
            instance = instances[id(model)] = Instance(model)
        return instance
    """#
}
