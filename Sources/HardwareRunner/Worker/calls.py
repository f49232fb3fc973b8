"""Calls under the outside clock: build the tensors, wait for *go*, call, say *done*.

The order matters more than the code: when `prepare` runs, the arena does not hold the inputs yet; when `Call.run` sees
*go*, it does. See `CallWorker` on the trusted side.
"""

import gc
import os
import time
from typing import Any, Dict, List, Tuple

import torch

from .state import Message, State
from .tensors import Arena, dtype_name

GO, READY = 0, 16  # words of the control page, on cache lines of their own


class Call:
    """One prepared call."""

    def __init__(self, state: State, message: Message, arena: Arena) -> None:
        self.state = state
        self.arena = arena
        self.sequence: int = message["sequence"]
        self.gradients = message["mode"] == "gradients"
        self.copy = message["copy"]
        self.guarded = message["guarded"]
        # What earlier calls gave stays alive with this call: memory that is handed out twice shows as such then.
        self.earlier = state.kept if message["keep"] else None
        self.arguments = arena.decode(message["arguments"])
        self.upstream = [arena.view(layout) for layout in message["upstream"]]
        self.leaves: List[Tuple[str, torch.Tensor]] = []
        if self.gradients:
            self.arguments = self._track(self.arguments)
            model = state.built()
            model.zero_grad(set_to_none=True)
            self.leaves += [(n, p) for n, p in model.named_parameters() if p.requires_grad]

    def _track(self, values: Any) -> Any:
        if isinstance(values, (list, tuple)):
            return type(values)(self._track(value) for value in values)
        if isinstance(values, torch.Tensor) and values.is_floating_point():
            leaf = values.detach().requires_grad_(True)
            self.leaves.append(("input[%d]" % len(self.leaves), leaf))
            return leaf
        return values

    def run(self) -> Message:
        """Waits, calls, and returns the message *done*."""
        words, sequence = self.arena.words, self.sequence
        call, arguments = self.state.call, self.arguments
        with torch.inference_mode(not self.gradients):
            words[READY] = sequence
            while words[GO] != sequence:
                pass
            roam()
            if self.guarded:  # the arena has no guards
                arguments = own_copies(arguments)
            result = call(*arguments)
            if self.gradients:
                # Leaving `inference_mode` puts this back: it has to be looked at here.
                self.state.gradients_off |= not torch.is_grad_enabled()
                self._backward(result)
        return self._done(result)

    def _backward(self, result: Any) -> None:
        found: List[Tuple[str, torch.Tensor]] = []
        flatten(result, "out", found)
        outputs = [tensor for _, tensor in found if tensor.requires_grad]
        upstream = self.upstream or [torch.ones_like(tensor) for tensor in outputs]
        if len(upstream) != len(outputs):
            raise RuntimeError(
                "%d outputs have gradients, %d were expected"
                % (len(outputs), len(upstream))
            )
        torch.autograd.backward(outputs, upstream)

    def _done(self, result: Any) -> Message:
        outputs: List[Tuple[str, torch.Tensor]] = []
        structure = flatten(result, "out", outputs)
        gradients = [(n, leaf.grad) for n, leaf in self.leaves if leaf.grad is not None]
        self.state.kept = (result, outputs, gradients, self)
        self.arena.cursor = self.copy if self.copy is not None else 0
        return {
            "outputs": [self._describe(name, tensor) for name, tensor in outputs],
            "gradients": [self._describe(name, tensor) for name, tensor in gradients],
            "structure": structure,
            "own": self.state.own,
        }

    def _describe(self, name: str, tensor: torch.Tensor) -> Dict[str, Any]:
        if type(tensor) not in (torch.Tensor, torch.nn.Parameter):
            raise TypeError("%s is a %s" % (name, type(tensor).__name__))
        if tensor.layout is not torch.strided or tensor.device.type != "cpu":
            raise TypeError("%s is no dense tensor of the CPU" % name)
        if tensor.is_neg():
            raise TypeError("%s has its signs pending" % name)
        about = {
            "name": name,
            "dtype": dtype_name(tensor.dtype),
            "shape": list(tensor.shape),
            "strides": list(tensor.stride()),
            "pointer": tensor.data_ptr(),
            "requires_grad": tensor.requires_grad,
        }
        if self.copy is not None:
            plain = tensor.detach().contiguous()
            about["copied_to"] = self.arena.put(plain)["offset"]
        return about


# The trusted side has this thread wake up on a processor of its own, which threads it starts must not inherit.
if hasattr(os, "sched_setaffinity"):
    PROCESSORS = os.sched_getaffinity(0)

    def roam() -> None:
        os.sched_setaffinity(0, PROCESSORS)

else:

    def roam() -> None:
        pass


def own_copies(values: Any) -> Any:
    if isinstance(values, (list, tuple)):
        return type(values)(own_copies(value) for value in values)
    return values.clone() if isinstance(values, torch.Tensor) else values


def flatten(value: Any, name: str, into: List[Tuple[str, torch.Tensor]]) -> str:
    """Collects the tensors of a result and returns the shape of the containers around them."""
    if isinstance(value, torch.Tensor):
        into.append((name, value))
        return "*"
    if isinstance(value, (list, tuple)):
        parts = [flatten(v, "%s[%d]" % (name, i), into) for i, v in enumerate(value)]
        return ("[%s]" if isinstance(value, list) else "(%s)") % ", ".join(parts)
    if isinstance(value, dict):
        return "{%s}" % ", ".join(
            "%r: %s" % (k, flatten(v, "%s[%r]" % (name, k), into)) for k, v in value.items()
        )
    return repr(value)[:200]


def prepare(state: State, message: Message, arena: Arena) -> Call:
    """Everything of a call that can be done without its inputs."""
    if not message["keep"]:
        state.kept = None
    arena.populate(message["region"][0], message["region"][1])
    call = Call(state, message, arena)
    gc.collect()
    gc.freeze()  # what is left stays: to walk a compiler's objects before every call takes 100 ms and more
    gc.disable()  # a collection in the middle of a call would be the interpreter's time, not the op's
    return call


def null_outputs(state: State, message: Message, arena: Arena) -> Message:
    """Makes what a worker without work gives back."""
    made = []
    for layout in message["outputs"]:
        flat = arena.view(dict(layout, offset=message["offset"])).clone()
        made.append(torch.zeros_like(flat))
    state.call = Null(state, made).eval()
    return {}


class Null(torch.nn.Module):
    """Does what no op can avoid: reads the inputs, writes the outputs, and leaves caches and threads as an op leaves
    them. How long that took is said, and taken off; it can be believed of a process that never loaded a candidate.

    It goes through no code that the way back goes through and ops don't: an op finds that cold."""

    def __init__(self, state: State, made: List[torch.Tensor]) -> None:
        super().__init__()
        self.state = state
        self.result = made[0] if len(made) == 1 else tuple(made)
        # The largest last: what comes after it finds the way back warm.
        self.made = sorted(made, key=torch.Tensor.numel)

    def forward(self, *arguments: Any) -> Any:
        if not self.state.touches:
            return self.result
        self._read(arguments)
        for tensor in self.made:
            tensor.zero_()
        return self.result

    def _read(self, values: Any) -> None:
        for value in values:
            if type(value) is torch.Tensor:
                value.sum()
            elif type(value) is list or type(value) is tuple:
                self._read(value)

    def __call__(self, *arguments: Any) -> Any:
        begin = time.perf_counter_ns()
        result = super().__call__(*arguments)
        self.state.own = time.perf_counter_ns() - begin
        return result


def null_touches(state: State, message: Message, arena: Arena) -> Message:
    """Whether a worker without work reads its inputs and writes its outputs."""
    state.touches = message["touches"]
    return {}


HANDLERS = {"null_outputs": null_outputs, "null_touches": null_touches}
