"""What of an op can be had as graphs where the whole can't.

Where an op decides by what its tensors hold, PyTorch's tracer (Dynamo) cuts it: what lies between two decisions is a
graph of its own. The cuts are found on the example inputs; a branch that they don't take is left as it is.
"""
from __future__ import annotations

import warnings
from typing import Any

import torch

from .capture import CaptureError, describe_graph
from .signature import signature


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
