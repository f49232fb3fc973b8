"""Capture: one op with its example inputs, as a graph of ATen calls that can be written as JSON.

The format is described by protocol/worker/graph.schema.json. High-level operators (conv2d, layer_norm, softmax, ...)
are kept whole: whoever reads the graph decides how to take them apart. Whatever can't be expressed stays in the graph
with a "reason"; nothing is left out silently.
"""
from __future__ import annotations

import contextlib
import operator
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils import _pytree as pytree

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in ')
_SIMPLE = (bool, int, float, str, type(None), torch.dtype, torch.device)
_PLAIN_STATE = frozenset(vars(torch.nn.Module()))
_VALUES_KEPT = 16  # constants up to this many elements travel with their values
# What isn't traced a second time, because nobody differentiates all of it: long graphs and products.
_TRAINED_NODES = 200
_PRODUCT = re.compile(r"aten\.(conv|linear|mm|bmm|matmul|addmm|baddbmm|einsum|scaled_dot_product)")


class CaptureError(RuntimeError):
    """The op could not be turned into a graph; the message is one sentence for a person."""


def capture(model: torch.nn.Module, inputs: list[object], files: frozenset[str]) -> dict:
    """Traces `model(*inputs)` in evaluation mode without gradients, and finds out whether training is the same.

    `files` are the paths whose frames count as the person's own; every node carries the innermost such line.
    Raises CaptureError with one sentence when no graph can be had.
    """
    model = model.eval()
    try:
        with torch.no_grad():
            program = _traced(model, inputs, files)
    except Exception as error:  # any failure of the tracer means the same to the person: no graph
        raise CaptureError(_sentence(error, files)) from error
    graph = _describe(program, model, inputs, files)
    graph["trains_alike"] = _trains_alike(model, inputs, files, graph)
    return graph


def describe_graph(part: torch.fx.GraphModule, inputs: list[object], files: frozenset[str]) -> dict:
    """A part of an op that was traced already, as a function of its inputs."""
    with torch.no_grad():
        graph = _describe(_traced(part, inputs, files), part, inputs, files)
    graph["modules"], graph["trains_alike"] = [], False
    return graph


def _traced(model: torch.nn.Module, inputs: list[object], files: frozenset[str]) -> Any:
    with warnings.catch_warnings(), _recording_places(files):
        warnings.simplefilter("ignore")
        program = torch.export.export(model, tuple(inputs), strict=False)
        if any(_mutates(node) for node in program.graph.nodes):
            program = program.run_decompositions({})
    return program


def _trains_alike(model: torch.nn.Module, inputs: list[object], files: frozenset[str], graph: dict) -> bool:
    """Whether training is the same computation: traced in training and with gradients the op makes the same calls, and
    run like that it has no gradients but PyTorch's own.

    A trace without gradients doesn't see where they are stopped, nor functions that define their own.
    """
    nodes = graph["nodes"]
    if len(nodes) > _TRAINED_NODES or graph["mutations"] or any(_PRODUCT.match(node["op"]) for node in nodes):
        return False
    leaves = [
        each.detach().clone().requires_grad_() if isinstance(each, torch.Tensor) and each.is_floating_point() else each
        for each in inputs
    ]
    model.train()
    try:
        with torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trained = _describe(_traced(model, leaves, files), model, leaves, files)
            return all(trained[part] == graph[part] for part in trained) and _differentiates_plainly(model(*leaves))
    except Exception:  # what can't be trained isn't trained alike
        return False
    finally:
        model.eval()


def _differentiates_plainly(result: object) -> bool:
    """No node behind a result is a `torch.autograd.Function` of somebody's own."""
    nodes = [leaf.grad_fn for leaf in pytree.tree_leaves(result) if isinstance(leaf, torch.Tensor)]
    seen: set[Any] = set()
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        if isinstance(node, torch.autograd.function.BackwardCFunction):
            return False
        seen.add(node)
        nodes += [behind for behind, _ in node.next_functions]
    return True


@contextlib.contextmanager
def _recording_places(files: frozenset[str]) -> Iterator[None]:
    """Has every traced node remember the innermost of the person's own lines; PyTorch itself only keeps `forward`s."""
    tracer = torch.fx.proxy.TracerBase
    create_proxy = tracer.create_proxy

    def recording(self: Any, *args: Any, **kwargs: Any) -> Any:
        proxy = create_proxy(self, *args, **kwargs)
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in files:
            frame = frame.f_back
        if frame is not None:
            code = frame.f_code
            proxy.node.stack_trace = f'File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
        return proxy

    tracer.create_proxy = recording
    try:
        yield
    finally:
        tracer.create_proxy = create_proxy


def _sentence(error: BaseException, files: frozenset[str]) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    what = f"{type(error).__name__}: {text[:300]}"
    if type(error).__name__ == "GuardOnDataDependentSymNode":
        what = "what it does depends on what its tensors hold"
    place = f" in line {frames[-1].lineno}" if frames else ""
    return f"the op can't be captured as a graph{place}: {what}"


def _mutates(node: torch.fx.Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and node.target._schema.is_mutable


def _describe(program: Any, model: torch.nn.Module, inputs: list[object], files: frozenset[str]) -> dict:
    signature = program.graph_signature
    outputs = [spec for spec in signature.output_specs if spec.kind.name == "USER_OUTPUT"]
    structure, reason = _structure(program.call_spec.out_spec)
    return {
        "format": 1,
        "torch": str(torch.__version__),
        "inputs": _inputs(program, model, inputs),
        "nodes": [_node(node, files) for node in program.graph.nodes if node.op not in ("placeholder", "output")],
        "outputs": [_output(spec.arg) for spec in outputs],
        "structure": structure,
        "mutations": [
            {"kind": spec.kind.name.lower(), "target": spec.target}
            for spec in signature.output_specs
            if "MUTATION" in spec.kind.name
        ],
        "modules": [_module(path, module) for path, module in model.named_modules()],
        "reasons": ([reason] if reason else []) + _hooks(model),
    }


def _hooks(model: torch.nn.Module) -> list[str]:
    """A hook sees and may change what flows through its module: its owner counts on that."""
    modules = [(path or "the module itself", each) for path, each in model.named_modules()]
    hooked = [path for path, each in modules if each._forward_hooks or each._forward_pre_hooks]
    if not hooked:
        return []
    return [f"a hook is registered on {', '.join(hooked)}, and may look at or change what passes there"]


def _inputs(program: Any, model: torch.nn.Module, inputs: list[object]) -> list[dict]:
    values = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    plain = all(isinstance(value, (torch.Tensor, *_SIMPLE)) for value in inputs)
    leaves = list(inputs) if plain else pytree.tree_leaves(tuple(inputs))
    found, position = [], 0
    for spec in program.graph_signature.input_specs:
        kind = {"USER_INPUT": "user", "PARAMETER": "parameter", "BUFFER": "buffer", "CONSTANT_TENSOR": "constant"}.get(
            spec.kind.name, spec.kind.name.lower()
        )
        entry: dict[str, Any] = {"name": spec.arg.name, "kind": kind}
        actual: object = values.get(spec.arg.name)
        if kind == "user":
            actual = leaves[position] if position < len(leaves) else actual
            entry["position"] = position
            position += 1
            if not plain:
                entry["reason"] = "inputs nested in lists, tuples, dicts or objects are left to the original"
        elif kind in ("parameter", "buffer", "constant"):
            entry["target"] = spec.target
            held = _attribute(model, spec.target)
            if kind == "constant":
                actual = program.constants.get(spec.target, actual)
                if not isinstance(held, torch.Tensor):
                    entry["target"] = None
                if isinstance(actual, torch.Tensor) and actual.numel() <= _VALUES_KEPT and not actual.is_complex():
                    entry["values"] = [_number(value) for value in actual.detach().flatten().tolist()]
            elif isinstance(held, torch.Tensor):
                actual = held
        else:
            entry["reason"] = f"an input of kind {kind} is left to the original"
        if isinstance(actual, torch.Tensor):
            entry.update(_tensor(actual))
        elif kind == "user":
            entry["value"] = _argument(actual)
        found.append(entry)
    return found


def _attribute(model: torch.nn.Module, path: str) -> object:
    value: object = model
    for part in path.split("."):
        value = getattr(value, part, None)
    return value


def _tensor(value: torch.Tensor) -> dict:
    entry: dict[str, Any] = {"dtype": str(value.dtype).replace("torch.", ""), "device": value.device.type}
    try:
        entry["shape"] = [int(size) for size in value.shape]
        entry["stride"] = [int(step) for step in value.stride()]
    except Exception as error:  # sparse layouts have no strides, dynamic shapes no numbers
        entry.update(shape=[], stride=[], reason=f"not a dense tensor of known shape ({type(error).__name__})")
    return entry


def _node(node: torch.fx.Node, files: frozenset[str]) -> dict:
    entry: dict[str, Any] = {"name": node.name}
    if isinstance(node.target, torch._ops.OpOverload):
        entry["op"] = str(node.target)
    elif node.target is operator.getitem:
        entry["op"] = "getitem"
    else:
        entry["op"] = f"{node.op}:{getattr(node.target, '__name__', node.target)}"
        entry["reason"] = f"{entry['op']} is not a plain tensor operator"
    entry["args"] = [_argument(value) for value in node.args]
    entry["kwargs"] = {name: _argument(value) for name, value in node.kwargs.items()}
    value = node.meta.get("val")
    results = list(value) if isinstance(value, (tuple, list)) else [value]
    entry["results"] = [
        _tensor(result) if isinstance(result, torch.Tensor) else {"reason": f"a result of type {type(result).__name__}"}
        for result in results
    ]
    place = _place(node.meta.get("stack_trace"), files)
    if place:
        entry["file"], entry["line"] = place
    return entry


def _place(trace: str | None, files: frozenset[str]) -> tuple[str, int] | None:
    frames = [(match["file"], int(match["line"])) for match in _FRAME.finditer(trace or "")]
    own = [frame for frame in frames if frame[0] in files]
    return own[-1] if own else None


def _number(value: Any) -> Any:
    """Floats travel as text: 1.0 is not 1 for an operator that infers a type, and JSON has no infinities."""
    return {"float": repr(value)} if isinstance(value, float) else value


def _argument(value: object) -> Any:
    if isinstance(value, torch.fx.Node):
        return {"node": value.name}
    if value is None or isinstance(value, (bool, int, float, str)):
        return _number(value)
    if isinstance(value, (list, tuple)):
        return {"items": [_argument(item) for item in value]}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).replace("torch.", "")}
    if isinstance(value, (torch.device, torch.layout, torch.memory_format)):
        return {"constant": str(value)}
    return {"reason": f"an argument of type {type(value).__name__}"}


def _output(argument: Any) -> dict:
    if hasattr(argument, "value"):
        return {"value": _argument(argument.value)}
    return {"node": argument.name}


def _structure(spec: Any) -> tuple[Any, str | None]:
    reasons: list[str] = []

    def walk(value: object) -> Any:
        if isinstance(value, int):
            return {"leaf": value}
        if type(value) in (tuple, list):
            return {type(value).__name__: [walk(item) for item in value]}
        if type(value) is dict and all(isinstance(key, str) for key in value):
            return {"dict": [[key, walk(item)] for key, item in value.items()]}
        reasons.append(f"an output of type {type(value).__name__} is left to the original")
        return {"reason": reasons[-1]}

    return walk(pytree.tree_unflatten(list(range(spec.num_leaves)), spec)), (reasons or [None])[0]


def _module(path: str, module: torch.nn.Module) -> dict:
    state = {name: value for name, value in vars(module).items() if name not in _PLAIN_STATE}
    return {
        "path": path,
        "type": type_name(module),
        "attributes": {name: text for name, value in state.items() if (text := description(value)) is not None},
    }


def type_name(value: object) -> str:
    """The class as the generated guard names it; where a person's file was loaded from must not matter."""
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__.startswith("torch.") else kind.__qualname__


def description(value: object) -> str | None:
    """An attribute as text that is equal for equal configuration; None for tensors, which are captured as such.

    The generated guard contains the same function: what is captured here is compared with it at run time.
    """
    if isinstance(value, torch.Tensor):
        return None
    if callable(value) and hasattr(value, "__qualname__"):
        return value.__qualname__
    text = repr(value)
    return text if " at 0x" not in text and len(text) <= 500 else type_name(value)
