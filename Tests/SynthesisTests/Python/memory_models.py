"""Random ops that small caches can't hold, with rows of any length: results go past the caches, reads are asked for.

One function for each seed. `MEMORY_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Any, List, Tuple

import torch

from seeded import cases, seeds

KINDS = "softmax centre whole norm reduce unary gain offset scan back product join two".split()


def make(seed: int) -> Tuple[Any, Any]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    shape = [draw.choice([1, 2, 5]), draw.choice([9, 40, 131]), draw.choice([127, 128, 300, 413, 901, 1152, 1603])]
    dtype = draw.choice([torch.float32] * 3 + [torch.float64, torch.bfloat16, torch.float16])
    dimension = draw.choice([1, 2, 2])
    inputs = [shape]
    steps = []
    for _ in range(draw.randint(1, 3)):
        kind = draw.choice(KINDS)
        if kind in ("gain", "offset"):
            other = [1, 1, 1]
            other[1 if kind == "gain" else 2] = shape[1 if kind == "gain" else 2]
            inputs.append(other)
        steps.append((kind, len(inputs) - 1))
    # Scans from the end are looked at by themselves.
    has_mask = draw.random() < 0.3 and not any(kind == "back" for kind, _ in steps)

    def run(tensors: List[torch.Tensor]) -> Tuple[torch.Tensor, ...]:
        first = x = tensors[0]
        results = []
        for kind, index in steps:
            if kind == "softmax":
                x = torch.softmax(x, dimension)
            elif kind == "centre":
                x = x - x.mean(dimension, keepdim=True)
            elif kind == "whole":
                x = x - x.mean((1, 2), keepdim=True)
            elif kind == "norm":
                x = x * torch.rsqrt((x * x).mean(dimension, keepdim=True) + 1e-3)
            elif kind == "reduce":
                results.append(x.abs().sum(dimension))
            elif kind == "unary":
                x = x * torch.sigmoid(x)
            elif kind == "gain":
                x = x * tensors[index]
            elif kind == "offset":
                x = x + tensors[index]
            elif kind == "scan":
                x = (x.abs() * 0.01).cumsum(dimension)
            elif kind == "back":
                x = (x.abs() * 0.01).flip(dimension).cumsum(dimension).flip(dimension)
            elif kind == "product":
                x = (torch.tanh(x) * 0.01 + 1).cumprod(dimension)
            elif kind == "join":
                x = torch.cat([x, x.relu()], -1)[..., : x.shape[-1]] if x is first else x * 2
            elif kind == "two":
                results.append(torch.tanh(x))
        if has_mask:
            results += [torch.cat([torch.where(x > 0, x, x * 0.1), tensors[0]], -1), x > 0]
        return tuple([x * 1.5, *results])

    makers = [lambda extents=tuple(extents): torch.randn(extents).to(dtype) for extents in inputs]
    return run, makers


_functions, CASES = cases("memory", make, seeds("MEMORY_SEEDS", "0:26"))
globals().update(_functions)
