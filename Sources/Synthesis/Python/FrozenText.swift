/// The Python that has PyTorch's compiler take a module's weights for constants, for as long as they stay as they are.
enum FrozenText {
  /// Statements that define `frozen_for(weights)`, which gives a callable of the module and a call's arguments.
  ///
  /// Three things about the compiler make it longer than a call of `torch.compile`: only its global setting freezes, and
  /// only what is compiled while it is set; what was compiled is found again by code object, whatever weights are in it;
  /// and code for inference mode and code for other calls are two.
  static func text(op: String) -> String {
    #"""
    import types

    compilations, kept, warned, lock = [], [], [], threading.RLock()

    def fresh():
        """The original in code of its own: the compiler finds what it has compiled by code object, whatever is frozen in it."""
        compilations.append(True)

        def frozen(model, *args):
            return original(model, *args)

        code = frozen.__code__.replace(co_name=f"frozen_{len(compilations)}")
        own = types.FunctionType(code, frozen.__globals__, code.co_name, None, frozen.__closure__)
        return torch.compile(own, dynamic=False)

    class Frozen:
        """The original, compiled with these very weights as constants at the first call in each mode."""

        limit = 16  # compilations in one process: weights that never rest are better left alone

        def __init__(self, weights):
            self.weights = [(weakref.ref(t), t.data_ptr(), t._version) for t in weights]
            self.calls = {}

        def holds(self, weights):
            found = zip(self.weights, weights)
            return all(r() is t and place == t.data_ptr() and version == t._version for (r, place, version), t in found)

        def give_up(self, mode, why):
            self.calls[mode] = None
            if why not in warned:
                warned.append(why)
                warnings.warn(f"\#(op) takes its original path: {why}", RuntimeWarning, stacklevel=4)

        def compile(self, mode, model, args):
            if len(compilations) >= self.limit:
                return self.give_up(mode, f"its weights were compiled {self.limit} times")
            import torch._inductor.config as settings

            call = fresh()
            # Weights are part of the code now: nothing of it may come from a cache.
            with settings.patch({"freezing": True, "fx_graph_cache": False}), torch.no_grad():
                call(model, *args)
            self.calls[mode] = call

        def __call__(self, model, args):
            mode = torch.is_inference_mode_enabled()
            try:
                if mode not in self.calls:
                    with lock:
                        if mode not in self.calls:
                            self.compile(mode, model, args)
                call = self.calls[mode]
                if call is not None:
                    with torch.no_grad():
                        return call(model, *args)
            except Exception as error:  # the compiler's own failures; the original raises what is the op's
                self.give_up(mode, f"torch.compile failed: {type(error).__name__}")
            return original(model, *args)

    def frozen_for(weights):
        with lock:
            for each in kept:
                if each.holds(weights):
                    return each
            del kept[:-1]
            kept.append(Frozen(weights))
            return kept[-1]
    """#
  }
}
