"""Random compositions that reduce over any dimensions: leading, middle and last ones, and several at once.

One function for each seed. `COLUMN_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import math
import random

import torch
import torch.nn.functional as F

from seeded import cases, seeds

KINDS = "softmax log_softmax centre variance norm rms unary scalar gain mask column".split()
RESULTS = "prod sum mean amax amin var std logsumexp norm argmax argmin max min any all".split()
UNARY = ["tanh", "sigmoid", "relu", "abs", "neg"]


def make(seed):
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    rank = draw.randint(2, 4)
    shape = [draw.choice([1, 2, 3, 5, 17, 40]) for _ in range(rank - 1)] + [draw.choice([1, 8, 9, 16, 33, 64, 130])]
    if rank == 2 and draw.random() < 0.6:  # so few columns that rows are cut
        shape = [draw.choice([1500, 4099]), draw.choice([8, 17, 40])]
    dtype = draw.choice([torch.float32] * 3 + [torch.float64])
    inputs = [list(shape)]
    main = draw.randrange(rank)  # most steps go over one dimension, so that they are one kernel
    steps = []
    for _ in range(draw.randint(0, 4)):
        kind = draw.choice(KINDS)
        dimension = main if draw.random() < 0.8 else draw.randrange(rank)
        if kind in ("gain", "column"):
            other = [1] * rank
            if kind == "gain":  # one number for each element along the dimension
                other[dimension] = shape[dimension]
            else:  # the same along the dimension
                other = [1 if i == dimension or draw.random() < 0.2 else extent for i, extent in enumerate(shape)]
            inputs.append(other)
            steps.append((kind, draw.choice(["add", "mul", "maximum"]), len(inputs) - 1))
        elif kind == "unary":
            steps.append((kind, draw.choice(UNARY), None))
        else:
            steps.append((kind, round(draw.uniform(0.3, 1.7), 3), dimension))
    results = []
    for _ in range(draw.randint(1, 3)):
        dimensions = {main} if draw.random() < 0.5 else set(draw.sample(range(rank), draw.randint(1, rank)))
        dimensions = sorted(d - draw.choice([0, rank]) for d in dimensions)
        kept = [extent for i, extent in enumerate(shape) if i not in dimensions and i - rank not in dimensions]
        # A single sum of PyTorch's may be right by luck, and then nothing can be compared with it.
        what = draw.choice(RESULTS if math.prod(kept) > 1 else ["amax", "amin", "argmax", "argmin"])
        results.append((what, dimensions, draw.random() < 0.5))
    whole = bool(steps) and draw.random() < 0.7

    def reduce(x, first, what, dimensions, keep):
        # Positions are those of exact values, many of them equal.
        exact = (first * 2).round()
        if what in ("argmax", "argmin"):
            dimension = dimensions[0] if len(dimensions) == 1 else None
            return getattr(torch, what)(exact, dimension, keepdim=keep and dimension is not None)
        if what in ("max", "min"):
            return tuple(getattr(exact, what)(dimensions[0], keepdim=keep))
        if what in ("any", "all"):
            return getattr(torch, what)(first > 1.5, dimensions, keepdim=keep)
        if what == "norm":
            return torch.linalg.vector_norm(x, dim=dimensions, keepdim=keep)
        if what in ("var", "std"):
            return getattr(x, what)(dimensions, correction=0, keepdim=keep)
        if what == "prod":
            return (1 + first / 50).prod(dimensions[0], keepdim=keep)
        if what in ("sum", "mean"):
            x = x.abs()  # terms that don't cancel, for the same reason
        return getattr(torch, what)(x, dimensions, keepdim=keep)

    def run(tensors):
        first = x = tensors[0]
        for kind, what, index in steps:
            if kind == "unary":
                x = getattr(torch, what)(x)
            elif kind == "scalar":
                x = x * what - 0.1
            elif kind in ("gain", "column"):
                x = getattr(torch, what)(x, tensors[index])
            elif kind == "softmax":
                x = torch.softmax(x * what, index)
            elif kind == "log_softmax":
                x = F.log_softmax(x, index)
            elif kind == "centre":
                x = x - x.mean(index, keepdim=True) * what
            elif kind == "variance":
                x = x / (x.var(index, keepdim=True, unbiased=False) + what).sqrt()
            elif kind == "norm":
                x = F.normalize(x, dim=index)
            elif kind == "rms":
                x = x * torch.rsqrt(x.pow(2).mean(index, keepdim=True) + what)
            elif kind == "mask":
                x = torch.where(x > 0, x, x * what).masked_fill(x > 2, what)
        found = [reduce(x, first, *result) for result in results]
        return (*found, x) if whole else tuple(found)

    makers = [lambda extents=tuple(extents): torch.randn(extents, dtype=dtype) for extents in inputs]
    return run, makers


_functions, CASES = cases("columns", make, seeds("COLUMN_SEEDS", "0:5"))
globals().update(_functions)
