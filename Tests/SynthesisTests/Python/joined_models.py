"""Random `cat`s and `stack`s of what was computed, of inputs, and of parts of them, along any dimension.

One function for each seed. `JOINED_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch

from seeded import cases, seeds


def make(seed: int) -> Tuple[Callable[[List[torch.Tensor]], object], List[Callable[[], torch.Tensor]]]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    rank = draw.randint(1, 4)
    shape = [draw.choice([1, 2, 3, 5, 17]) for _ in range(rank - 1)] + [draw.choice([7, 32, 40, 130])]
    is_stack = draw.random() < 0.4
    dimension = draw.randrange(-rank - is_stack, rank + is_stack)
    steps, inputs = [], []
    for _ in range(draw.randint(2, 4)):
        own = list(shape)
        if not is_stack:
            own[dimension] = draw.choice([1, 4, 33, shape[dimension]])
        inputs.append(own)
        steps.append(draw.choice(["tanh", "scale", "sum", "input", "high", "low", "first", "turned", "half", "rows"]))
    after = draw.choice(["none", "none", "relu", "total", "both", "twice", "chain", "chain", "gates", "shown"])
    dtype = draw.choice([torch.float32] * 3 + [torch.float64])

    def part(x: torch.Tensor, step: str) -> torch.Tensor:
        if step == "tanh":
            return torch.tanh(x) * 0.5
        if step == "scale":
            return x * 0.7 - 0.1
        if step == "sum":
            return x + x.abs().flip(0)
        if step == "high":
            return torch.cat([x, x])[x.size(0):]
        if step == "low":
            return torch.tanh(torch.cat([x, x]))[:x.size(0)]
        if step == "first":
            return torch.tanh(torch.stack([x, x * 2]))[0]
        if step == "turned":
            return (x * 1.5).transpose(0, -1).contiguous().transpose(0, -1)
        if step == "half":
            return torch.relu(x.reshape(-1)).reshape(x.shape)
        if step == "rows":
            return torch.softmax(x, -1)
        return x

    def run(tensors: List[torch.Tensor]) -> object:
        parts = [part(x, step) for x, step in zip(tensors, steps)]
        whole = torch.stack(parts, dimension) if is_stack else torch.cat(parts, dimension)
        if after == "relu":
            return torch.relu(whole) * 2
        if after == "total":
            return whole.abs().amax(-1)
        if after == "chain":
            # Against a row, a column and an input of the whole's shape, in either order.
            row, column = whole.abs().sum(-1, keepdim=True), torch.ones_like(whole[..., :1])
            return (2 - whole * column) * torch.exp(whole.new_full(whole.shape, 0.5) - tensors[0].mean()), row
        if after == "gates":
            other = torch.cat([x.abs() + 0.5 for x in parts], dimension) if not is_stack else whole
            return torch.sigmoid(whole.clamp(-3, 3) / other + other)
        if after == "shown":
            shown = whole.narrow(dimension, 0, max(1, whole.size(dimension) // 2))
            return shown * 3, torch.cat([parts[0], parts[0]], -1)[..., parts[0].size(-1):] - 1
        if after == "both":
            return whole, parts[0] * 2
        if after == "twice":
            return whole, torch.cat([parts[-1], parts[-1]], -1)
        return whole

    makers = [lambda extents=tuple(extents): torch.randn(extents, dtype=dtype) for extents in inputs]
    return run, makers


_functions, CASES = cases("joined", make, seeds("JOINED_SEEDS", "0:24"))
globals().update(_functions)
