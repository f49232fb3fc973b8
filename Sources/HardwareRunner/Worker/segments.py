"""What of an op can be had as graphs where the whole can't.

Where an op decides by what its tensors hold, PyTorch's tracer (Dynamo) cuts it: what lies between two decisions is a
graph of its own. The cuts are found on the example inputs; a branch that they don't take is left as it is.
"""
from __future__ import annotations

import warnings
from typing import Any

import torch

from .capture import CaptureError, describe_graph


def capture_segments(model: torch.nn.Module, inputs: list[object], files: frozenset[str]) -> list[dict]:
    """The graphs that the example inputs lead through, in their order, each with its signature.

    Raises CaptureError where the tracer can't cut the op either.
    """
    found: list[tuple[torch.fx.GraphModule, list[object]]] = []

    def record(graph: torch.fx.GraphModule, examples: list[object]) -> Any:
        found.append((graph, [each.detach() if isinstance(each, torch.Tensor) else each for each in examples]))
        return graph.forward

    torch._dynamo.reset()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.compile(model.eval(), backend=record, dynamic=False)(*inputs)
        return [
            {"signature": signature(graph, examples), "graph": describe_graph(graph, examples, files)}
            for graph, examples in found
        ]
    except Exception as error:
        raise CaptureError(f"nor in parts: {type(error).__name__}") from error
    finally:
        torch._dynamo.reset()


def signature(graph: torch.fx.GraphModule, examples: list[object]) -> str:
    """A graph as text that is equal for equal graphs on equal inputs, in any process.

    The generated code contains the same function: what is captured here is found again by it.
    """
    numbers = {node: f"%{number}" for number, node in enumerate(graph.graph.nodes)}

    def text(value: object) -> str:
        if isinstance(value, torch.fx.Node):
            return numbers[value]
        if isinstance(value, (list, tuple)):
            return f"({', '.join(map(text, value))})"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key}: {text(each)}' for key, each in value.items())}}}"
        if isinstance(value, slice):
            return f"slice{text((value.start, value.stop, value.step))}"
        return repr(value) if " at 0x" not in repr(value) else f"{type(value).__module__}.{type(value).__qualname__}"

    def name(target: object) -> str:
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
