"""Random reductions over all that a view of large tensors shows, and views of what is computed: a function a seed.

`LINE_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch

from seeded import cases, seeds


def make(seed: int) -> Tuple[Callable[[List[torch.Tensor]], torch.Tensor], List[Callable[[], torch.Tensor]]]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    shape = draw.choice([[420, 330], [7, 90, 211], [2, 3, 150, 133], [3, 70001], [31, 5, 700]])
    dtype = draw.choice([torch.float32] * 4 + [torch.float64])
    places = [draw.choice(["all", "tail", "head", "second"]) for _ in shape]
    places[-1] = draw.choice(["tail", "head", "neighbours"])
    join = draw.choice(["add", "sub", "maximum"])
    steps = [draw.choice(["abs", "square", "sin", "half"]) for _ in range(draw.randint(0, 3))]
    isFirst = draw.random() < 0.6  # computed, then viewed
    # The largest sine's place depends on how each is rounded.
    kinds = ["sum", "mean", "amax", "amin", "norm", "norm" if "sin" in steps else "argmax"]
    results = [draw.choice(kinds) for _ in range(draw.randint(1, 2))]
    last = draw.choice(["none", "none", "share", "centred"])

    def part(x: torch.Tensor, place: str, d: int) -> torch.Tensor:
        length = x.shape[d]
        if place == "tail":
            return x.narrow(d, 1, length - 1)
        if place == "head":
            return x.narrow(d, 0, length - 1)
        return x[(slice(None),) * d + (slice(0, None, 2),)] if place == "second" else x

    def taken(x: torch.Tensor) -> torch.Tensor:
        for d, place in enumerate(places):
            if place == "neighbours":
                x = part(x, "tail", d) - part(x, "head", d)
            else:
                x = part(x, place, d)
        return x

    def stepped(x: torch.Tensor) -> torch.Tensor:
        for step in steps:
            x = x * 0.5 if step == "half" else getattr(torch, step)(x)
        return x

    def reduced(x: torch.Tensor, what: str) -> torch.Tensor:
        if what == "norm":
            return x.square().sum().sqrt()
        return x.argmax() if what == "argmax" else getattr(x, what)()

    def run(tensors: List[torch.Tensor]) -> object:
        x = getattr(torch, join)(tensors[0], tensors[1])
        x = taken(stepped(x)) if isFirst else stepped(taken(x))
        found = tuple(reduced(x, what) for what in results)
        if last == "share":
            return x / (1 + x.abs().sum())
        return x - x.mean() if last == "centred" else found

    # One of them broadcasts along the first dimension now and then.
    second = [1, *shape[1:]] if draw.random() < 0.3 else shape
    return run, [lambda extents=tuple(extents): torch.randn(extents, dtype=dtype) for extents in (shape, second)]


_functions, CASES = cases("line", make, seeds("LINE_SEEDS", "0:24"))
globals().update(_functions)
