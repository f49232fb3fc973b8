"""Random compositions: element-wise chains, rows, channels, views, masks, at random shapes.

One function for each seed.
"""
from __future__ import annotations

import random

import torch
import torch.nn.functional as F

from seeded import cases

SEEDS = [*range(12), 60, 66]  # the last two found that contracting x·s − max(x·s) breaks softmax of huge numbers


KINDS = (
    "unary unary scalar full row column channel softmax centre norm mask view flip half"
).split()
FUNCTIONAL = ["gelu", "silu", "softplus", "hardswish"]
UNARY = ["tanh", "sigmoid", "relu", "gelu", "silu", "erf", "softplus", "abs", "hardswish"]


def make(seed):
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    shape = [draw.choice([1, 2, 3, 5]) for _ in range(draw.randint(1, 3))] + [draw.choice([1, 7, 16, 33, 64, 130])]
    inputs = [list(shape)]
    steps = []
    for _ in range(draw.randint(2, 7)):
        kind = draw.choice(KINDS)
        if kind in ("full", "row", "column", "channel"):
            other = list(shape)
            if kind == "row":
                other[-1] = 1
            elif kind == "column":
                other = other[-1:]
            elif kind == "channel":
                other = [1] * len(shape)
                other[len(shape) // 2] = shape[len(shape) // 2]
            inputs.append(other)
            steps.append((kind, draw.choice(["add", "mul", "maximum", "div"]), len(inputs) - 1))
        elif kind == "unary":
            steps.append((kind, draw.choice(UNARY), None))
        elif kind == "view" and len(shape) > 2:
            steps.append((kind, [shape[0] * shape[1], *shape[2:]], None))
            shape = [shape[0] * shape[1], *shape[2:]]
        elif kind == "flip" and len(shape) > 1:
            shape = shape[:-2] + [shape[-1], shape[-2]]
            steps.append((kind, None, None))
        elif kind == "half" and shape[-1] > 1:
            shape = shape[:-1] + [shape[-1] - shape[-1] // 2]
            steps.append((kind, None, None))
        elif kind in ("scalar", "softmax", "centre", "norm", "mask"):
            steps.append((kind, round(draw.uniform(0.3, 1.7), 3), None))

    def run(tensors):
        x = tensors[0]
        for kind, what, index in steps:
            if kind == "unary":
                x = getattr(F if what in FUNCTIONAL else torch, what)(x)
            elif kind == "scalar":
                x = x * what - 0.1
            elif kind in ("full", "row", "column", "channel"):
                other = tensors[index].abs() + 0.7 if what == "div" else tensors[index]
                x = getattr(torch, what)(x, other)
            elif kind == "softmax":
                x = torch.softmax(x * what, -1)
            elif kind == "centre":
                x = x - x.mean(-1, keepdim=True) * what
            elif kind == "norm":
                x = x / (x.var(-1, keepdim=True, unbiased=False) + what).sqrt()
            elif kind == "mask":
                x = torch.where(x > 0, x, x * what).masked_fill(x > 2, what)
            elif kind == "view":
                x = x.reshape(what)
            elif kind == "flip":
                x = x.transpose(-1, -2)
            elif kind == "half":
                x = x.chunk(2, -1)[0]
        return x, x.amax(-1)

    makers = [lambda extents=tuple(extents): torch.randn(extents) for extents in inputs]
    return run, makers


_functions, CASES = cases("fuzz", make, SEEDS)
globals().update(_functions)
