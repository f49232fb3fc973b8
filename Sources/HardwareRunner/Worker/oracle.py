"""The oracle's commands: draw inputs, say what the op should give on them, admit the op itself.

This process never loads a candidate. Everything it writes goes into its own arena, which no candidate maps.
"""

import ctypes
from typing import Any, Dict, List, Optional, Tuple

import torch

from . import oracle_admission, oracle_inputs
from .oracle_precision import ErrorScale
from .oracle_reference import Expectation, Reference, Result, Unusable, redraw_weights
from .state import Message, State
from .tensors import CONTROL, Arena, dtype_name

# Cases that Swift may still ask to extend: it works on one while the next is being made.
REMEMBERED = 2
# Parameters of glibc's `mallopt`, and the advice that `madvise` takes.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
MADV_HUGEPAGE, HUGE_PAGE = 14, 2 << 20
# Address space that is asked to be of huge pages; what nobody writes to takes no memory.
HUGE_HEAP = 2 << 30


def keep_freed_memory() -> None:
    """Freed memory stays in the process, for the next large tensor: fetching every page of it anew from the system,
    which clears it first, takes longer than most of what is computed here. What is fetched comes in huge pages. (glibc
    would ask for those itself if it could read `/sys`, which a sandbox does not show.)"""
    libc = ctypes.CDLL(None)
    if getattr(libc, "mallopt", None) is None:  # not glibc
        return
    libc.mallopt(M_MMAP_MAX, 0)
    libc.mallopt(M_TRIM_THRESHOLD, -1)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    heap = libc.malloc(HUGE_HEAP)
    if heap:
        first = -(-heap // HUGE_PAGE) * HUGE_PAGE
        libc.madvise(first, HUGE_HEAP - (first - heap), MADV_HUGEPAGE)
        libc.free(heap)


class Oracle:
    """What stays between commands: the reference with its copies, and the last few cases."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.reference = Reference(state.built())
        self.initial = {n: t.detach().clone() for n, t in state.built().state_dict().items()}
        self.cases: Dict[int, Expectation] = {}
        self.layouts: Dict[int, List[Message]] = {}
        # One set of the file's own inputs, for what needs their shapes only.
        self._example: Optional[List[Any]] = None
        # The file's own inputs of the last seed: several cases cut theirs out of the same ones.
        self._last: Optional[Tuple[int, List[Any]]] = None
        self._pools: Dict[Any, torch.Tensor] = {}
        keep_freed_memory()

    def draw(self, message: Message) -> List[Any]:
        """The arguments that a case asks for."""
        seed = message["seed"]
        arguments = self._given(seed, message["distribution"])
        shape = message.get("shape") or {}
        if "batch" in shape:
            arguments = oracle_inputs.resize_batch(arguments, shape["batch"])
        if "extent" in shape:
            old, new = shape["extent"]
            arguments = oracle_inputs.resize_extent(arguments, old, new, bool(shape.get("skip_batch")))
        source = oracle_inputs.Source(seed, self._pools)
        arguments = oracle_inputs.distribute(arguments, message["distribution"], source)
        if message.get("single"):
            arguments = oracle_inputs.change_one(arguments, source.generator)
        if message.get("layout"):
            arguments = oracle_inputs.lay_out(arguments, message["layout"])
        return arguments

    def _given(self, seed: int, distribution: str) -> List[Any]:
        """The file's own inputs; those of an earlier seed where every value of them is about to be replaced."""
        if distribution in oracle_inputs.DISTRIBUTIONS and self._example is not None:
            return self._example
        if self._last is not None and self._last[0] == seed:
            return self._last[1]
        arguments = self.state.loaded().example_inputs(seed)
        self._last = (seed, arguments)
        if all(isinstance(value, torch.Tensor) and value.is_floating_point() for value in arguments):
            self._example = arguments
        return arguments

    def expect(self, number: int, arguments: List[Any], message: Message) -> Expectation:
        upstream: Optional[List[torch.Tensor]] = None
        first: Optional[Result] = None
        if message.get("gradients"):
            first, upstream = self._upstream(arguments, message["seed"])
        judged = message["judged"]
        case = Expectation(self.reference, arguments, upstream, message["seed"] ^ 0x5EED, first=first, judged=judged)
        if message.get("distribution") == oracle_inputs.IN_TURN and not all(_finite(tensor) for tensor in case.results):
            raise Unusable("what is not finite on some rows hides what happens on the others")
        if message["runs"]:
            case.extend(message["runs"])
        if case.changed_inputs:  # they are no longer what was drawn
            self._last = self._example = None
        self.cases[number] = case
        while len(self.cases) > REMEMBERED:
            del self.cases[min(self.cases)]
        return case

    def _upstream(self, arguments: List[Any], seed: int) -> Tuple[Result, List[torch.Tensor]]:
        """A first run in training, and gradients to come back from behind the op. Where the next run, with other random
        numbers, gives other outputs, there is nothing to judge."""
        torch.manual_seed(seed)
        first = self.reference.run(arguments, [])
        torch.manual_seed(seed + 1)
        if first.differentiable == 0:
            raise Unusable("no output depends on anything that has a gradient")
        source = oracle_inputs.Source(seed, self._pools)
        ends = [o for o, ok in zip(first.outputs, first.requires_grad) if ok]
        return first, [source.normal(o.shape).to(o.dtype) for o in ends]


def _finite(tensor: torch.Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _oracle(state: State) -> Oracle:
    found: Optional[Oracle] = getattr(state, "oracle", None)
    if found is None:
        found = Oracle(state)
        state.oracle = found  # type: ignore[attr-defined]
    return found


def _place(message: Message, arena: Arena) -> None:
    """Slots are equal parts of the arena, so that one case can be read while the next is written; whole pages, since
    what is not aligned here is not aligned in a candidate's process."""
    share = (arena.size - CONTROL) // message["slots"] // CONTROL * CONTROL
    arena.cursor = CONTROL + message["slot"] * share


def _reply(number: int, arguments: List[Any], case: Expectation, arena: Arena) -> Message:
    begin = arena.cursor
    encoded = arena.encode(arguments)
    upstream = arena.put_all(case.upstream or [])
    end = arena.cursor
    outputs = []
    for position, (name, output) in enumerate(zip(case.working.names, case.results)):
        entry: Message = {
            "name": name,
            "dtype": dtype_name(output.dtype),
            "shape": list(output.shape),
            # Without a judgement only the form is told.
            "working": begin,
            "gradient": position >= len(case.working.outputs),
            "alias": case.aliases[position] if position < len(case.aliases) else False,
            "storage": case.shared[position] if position < len(case.shared) else position,
        }
        if case.judged:
            # What is asked about the case later is answered from the arena: the op may use memory of its own again.
            layout = arena.put(output.detach().contiguous())
            case.results[position], entry["working"] = arena.view(layout), layout["offset"]
            exact = case.exact[position]
            if exact is not None:
                layout = arena.put(exact.contiguous())
                case.exact[position], entry["oracle"] = arena.view(layout), layout["offset"]
            scale = case.scales[position] if case.scales else None
            if scale is not None:
                entry.update(_put_scale(scale, arena))
        outputs.append(entry)
    return {
        "case": number,
        "begin": begin,
        "end": end,
        "arguments": encoded,
        "upstream": upstream,
        "outputs": outputs,
        "structure": case.working.structure,
        "changed_inputs": case.changed_inputs,
        "runs": case.runs,
        "float64": case.float64,
    }


def _put_scale(scale: ErrorScale, arena: Arena) -> Message:
    room = arena.room(scale.shape, torch.float64)
    scale.write(arena.view(room))
    classes = None if scale.classes is None else arena.put(scale.classes.contiguous())["offset"]
    return {"scale": room["offset"], "classes": classes}


def case(state: State, message: Message, arena: Arena) -> Message:
    """Draws inputs and says what the op gives on them. `skipped` says why there is nothing to say."""
    oracle = _oracle(state)
    _place(message, arena)
    try:
        arguments = oracle.draw(message)
        if message.get("shape") and not _usable_shape(arguments, message):
            raise Unusable("the op's shapes don't change in this way")
        found = oracle.expect(message["case"], arguments, message)
    except Exception as error:  # whatever the user's op raises on unusual inputs is its right
        if message.get("required"):
            raise
        return {"case": message["case"], "skipped": "%s: %s" % (type(error).__name__, str(error)[:300])}
    if message.get("shape", {}).get("batch") == 0 and any(o.numel() for o in found.working.outputs):
        return {"case": message["case"], "skipped": "a result of nothing has no agreed value"}
    return _reply(message["case"], arguments, found, arena)


def _usable_shape(arguments: List[Any], message: Message) -> bool:
    empty = any(tensor.numel() == 0 for tensor in oracle_inputs.tensors_in(arguments))
    return not empty or message["shape"].get("batch") == 0


def expect(state: State, message: Message, arena: Arena) -> Message:
    """What the op gives on inputs that Swift has written into the arena (`arguments`)."""
    oracle = _oracle(state)
    arguments = oracle_inputs.map_tensors(arena.decode(message["arguments"]), torch.Tensor.clone)
    _place(message, arena)
    found = oracle.expect(message["case"], arguments, message)
    return _reply(message["case"], arguments, found, arena)


def more(state: State, message: Message, arena: Arena) -> Message:
    """More perturbed runs for a case: E can only grow. With `whole`, the scales of all outputs; else what these runs
    say about the `elements` asked for, which are flat indices in the arena."""
    found = _oracle(state).cases[message["case"]]
    if not found.judged:
        raise ValueError("only the inputs of this case were asked for")
    whole = message["whole"]
    places = [None if layout is None else arena.view(layout) for layout in message["elements"]]
    looks = found.look(message["runs"], places, whole)
    # New scales go behind the case's other data, which stay where they are.
    arena.cursor = message["offset"]
    outputs: List[Message] = []
    for scale, values in looks:
        entry: Message = {"values": [run.to(torch.int64).tolist() for run in values]}
        if scale is not None:
            entry.update(_put_scale(scale, arena))
        outputs.append(entry)
    return {"outputs": outputs, "runs": found.runs}


def weights(state: State, message: Message, arena: Arena) -> Message:
    """Other weights (`seed`), or the ones that the constructor made (no seed); `export_state` then has them."""
    oracle = _oracle(state)
    seed = message.get("seed")
    changed = True
    state.built().load_state_dict(oracle.initial)
    if seed is not None:
        changed = redraw_weights(state.built(), seed)
    oracle.reference.refresh()
    return {"changed": changed}


def admit(state: State, message: Message, arena: Arena) -> Message:
    """Whether a speed-up of this op would mean anything; see oracle_admission.py."""
    oracle = _oracle(state)
    reply = oracle_admission.admit(oracle, message)
    torch.set_num_threads(message.get("threads") or torch.get_num_threads())
    return reply


HANDLERS = {
    "oracle.case": case,
    "oracle.expect": expect,
    "oracle.more": more,
    "oracle.weights": weights,
    "oracle.admit": admit,
}
