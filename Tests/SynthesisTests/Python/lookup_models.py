"""Random ops that fetch parts of tensors by number, and what is often done with them: one function for each seed.

`LOOKUP_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch
import torch.nn.functional as F

from seeded import cases, seeds


def make(seed: int) -> Tuple[Callable[[List[torch.Tensor]], torch.Tensor], List[Callable[[], torch.Tensor]]]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    parts, width = draw.choice([3, 50, 700]), draw.choice([2, 17, 64, 300])
    dtype = draw.choice([torch.float32] * 4 + [torch.float64])
    form = draw.choice(["embedding", "embedding", "index", "select", "later", "pair", "one-hot"])
    count = draw.choice([[5], [700], [40, 9], [3, 8, 20], [1]])
    table = {"later": [draw.choice([2, 7]), parts, width], "index": [parts, draw.choice([1, 3]), width]}
    table = table.get(form, [parts, width])
    if form == "select":
        count = [draw.choice([5, 333])]
    shape = [table[0], *count, width] if form == "later" else [*count, *table[1:]]
    named = [2, *count] if form == "pair" else count
    steps = [draw.choice(["scale", "relu", "gate", "add", "sin"]) for _ in range(draw.randint(0, 3))]
    last = draw.choice(["none", "none", "norm", "softmax", "sum", "mean", "max", "all"])
    over = draw.choice([d for d in range(len(shape))])

    def fetch(tensors: List[torch.Tensor]) -> torch.Tensor:
        values, numbers = tensors[:2]
        if form == "embedding":
            return F.embedding(numbers, values)
        if form == "one-hot":
            return F.one_hot(numbers, parts).to(values.dtype) @ values
        if form == "select":
            return values.index_select(-2, numbers)
        if form == "later":
            return values[:, numbers]
        if form == "pair":
            return values[numbers[0]] - values[numbers[1]] * 0.5
        return values[numbers]

    def run(tensors: List[torch.Tensor]) -> torch.Tensor:
        x = fetch(tensors)
        for step in steps:
            if step == "scale":
                x = x * 1.7
            elif step == "gate":
                x = torch.sigmoid(x) * x
            elif step == "add":
                x = x + tensors[2]
            else:
                x = getattr(torch, step)(x)
        if last == "norm":
            return F.layer_norm(x, [width])
        if last == "softmax":
            return torch.softmax(x, -1)
        if last in ("sum", "mean"):
            return getattr(x, last)(over)
        if last == "max":
            return x.amax(over, keepdim=True)
        return x.square().mean() if last == "all" else x

    makers = [
        lambda extents=tuple(table): torch.randn(extents, dtype=dtype),
        lambda extents=tuple(named): torch.randint(0, parts, extents),
    ]
    if "add" in steps:
        makers.append(lambda extents=tuple(shape[-1:]): torch.randn(extents, dtype=dtype))
    return run, makers


_functions, CASES = cases("lookup", make, seeds("LOOKUP_SEEDS", "0:24"))
globals().update(_functions)
