"""Random compositions over rows of a few elements, boxes, points, colours, and of some dozens, alone and in pairs.

One function for each seed. `NARROW_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch
import torch.nn.functional as F

from seeded import cases, seeds

# From this seed on rows have some dozens of elements.
FIRST_SHORT = 14

def make(seed: int) -> Tuple[Callable[[List[torch.Tensor]], torch.Tensor], List[Callable[[], torch.Tensor]]]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    width = draw.choice([2, 2, 3, 4, 5, 6, 8])
    # Wider rows of which a part is taken, at its beginning or end, or every second element.
    isShort = seed >= FIRST_SHORT
    if isShort:
        width = draw.choice([12, 24, 40, 90])
    spare = draw.choice([0, 0, 1, 2, width])
    part = draw.choice(["low", "high", "second"]) if spare else "all"
    stored = 2 * width if part == "second" else width + spare
    rows, others = draw.choice([2, 17, 64, 333, 4099]), draw.choice([1, 5, 40])
    form = draw.choice(["one", "two", "pairs", "vector"])
    if isShort:
        rows, others = draw.choice([17, 64, 333]), draw.choice([16, 40, 130])
        form = draw.choice(["pairs", "pairs", "vector"])
    dtype = draw.choice([torch.float32] * 3 + [torch.float64])
    shapes = {
        "one": [[rows, stored]],
        "two": [[rows, stored], [rows, stored]],
        "pairs": [[rows, stored], [others, stored]],
        "vector": [[others, rows, stored], [width]],
    }[form]
    steps = [draw.choice(["abs", "scale", "relu", "sin", "shift"]) for _ in range(draw.randint(0, 3))]
    join = draw.choice(["add", "mul", "maximum", "minimum", "sub"])
    results = [draw.choice("sum mean prod amax amin norm".split()) for _ in range(draw.randint(1, 3))]
    keep, last = draw.random() < 0.3, draw.choice(["mean", "none", "none"])
    distance = draw.choice(["none", "none", "pairwise", "cosine"]) if form == "two" else "none"

    def taken(x: torch.Tensor) -> torch.Tensor:
        if part == "second":
            return x[..., ::2]
        return x[..., :width] if part == "low" else x[..., -width:]

    def reduce(x: torch.Tensor, what: str) -> torch.Tensor:
        if what == "norm":
            return torch.linalg.vector_norm(x, dim=-1, keepdim=keep)
        if what == "prod":
            return (1.5 + x.sign() + x.sin()).prod(dim=-1, keepdim=keep)
        return getattr(torch, what)(x.abs() if what in ("sum", "mean") else x, -1, keepdim=keep)

    def run(tensors: List[torch.Tensor]) -> torch.Tensor:
        x = taken(tensors[0])
        if form == "two":
            x = getattr(torch, join)(x, taken(tensors[1]))
        elif form == "pairs":
            x = getattr(torch, join)((x + 0.1)[:, None], taken(tensors[1])[None])
        elif form == "vector":
            x = getattr(torch, join)(x, tensors[1])
        for step in steps:
            if step == "scale":
                x = x * 0.7
            elif step == "shift":
                x = x + 0.05
            else:
                x = getattr(torch, step)(x)
        found = reduce(x, results[0])
        for what in results[1:]:
            found = found + reduce(x, what)
        if distance == "pairwise":
            found = found + F.pairwise_distance(taken(tensors[0]), taken(tensors[1]), keepdim=keep)
        elif distance == "cosine":
            found = found * F.cosine_similarity(taken(tensors[0]), taken(tensors[1]), dim=-1).reshape(found.shape)
        found = found / (1 + found.abs())
        return found if last == "none" else found.abs().mean()

    makers = [lambda extents=tuple(extents): torch.randn(extents, dtype=dtype) for extents in shapes]
    return run, makers


_functions, CASES = cases("narrow", make, seeds("NARROW_SEEDS", "0:26"))
globals().update(_functions)
