"""Windows and scans at random shapes, dimensions, strides and compositions.

`CASES` names each with its inputs and constructor arguments, drawn anew for every seed.
"""
from __future__ import annotations

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEEDS = range(5)


class Windows(nn.Module):
    """A pooling or a depthwise convolution, and what follows it."""

    def __init__(self, kind, spatial, channels, options, after):
        super().__init__()
        name = {"max": "MaxPool", "mean": "AvgPool", "conv": "Conv"}[kind]
        if kind == "conv":
            self.layer = getattr(nn, f"Conv{spatial}d")(channels, groups=channels, **options)
        else:
            self.layer = getattr(nn, f"{name}{spatial}d")(**options)
        self.after = after

    def forward(self, x):
        y = self.layer(x)
        if self.after == "act":
            return F.silu(y) * 0.5
        if self.after == "mean":
            return y.mean(-1)
        return y


class Scans(nn.Module):
    def __init__(self, kind, dimension, before, after, reverse):
        super().__init__()
        self.kind, self.dimension, self.before, self.after, self.reverse = kind, dimension, before, after, reverse

    def forward(self, x, m):
        if self.before == "mask":
            x = x * (m > 0)
        elif self.before == "row":
            x = x * m.narrow(self.dimension, 0, 1)
        elif self.before == "exp":
            x = torch.exp(x * 0.1) - 0.9
        if self.reverse:
            x = x.flip(self.dimension)
        y = getattr(torch, self.kind)(x, self.dimension)
        y = y if isinstance(y, torch.Tensor) else y[0]
        if self.reverse:
            y = y.flip(self.dimension)
        if self.after == "exclusive":
            return y - x if not self.reverse else y * 0.5
        if self.after == "both":
            return y, torch.tanh(y) + m
        return y


def _case(seed):
    draw = random.Random(seed)
    dtype = draw.choice([torch.float32, torch.float32, torch.float64])
    kind, spatial = draw.choice(["max", "max", "mean", "mean", "conv", "conv"]), draw.randint(1, 3)
    if kind == "conv":
        spatial = min(spatial, 2)
    size = [draw.choice([1, 2, 3, 4, 5, 6, 7, 9]) for _ in range(spatial)]
    options = {"kernel_size": tuple(size), "stride": tuple(draw.choice([1, 1, 2, 3, 4, 5, 6, 9]) for _ in size)}
    options["padding"] = tuple(draw.randint(0, k // 2) for k in size)
    dilation = [1] * spatial
    if kind != "mean":
        dilation = [draw.choice([1, 1, 2, 3]) for _ in size]
        options["dilation"] = tuple(dilation)
    if kind == "conv":
        options["bias"] = draw.random() < 0.5
        if draw.random() < 0.2:
            options["padding"], options["stride"] = "same", 1
    else:
        options["ceil_mode"] = draw.random() < 0.4
    if kind == "mean":
        options["count_include_pad"] = draw.random() < 0.5
        if spatial > 1 and draw.random() < 0.2:
            options["divisor_override"] = draw.randint(1, 9)
    if spatial == 1:
        options = {k: v[0] if isinstance(v, tuple) else v for k, v in options.items()}
    extents = [(k - 1) * d + 1 + draw.choice([0, 1, 3, 6, 11]) for k, d in zip(size, dilation)]
    extents[-1] += draw.choice([0, 5, 17, 40, 130, 2100])
    channels = draw.randint(1, 3)
    if kind == "conv":
        options["out_channels"] = channels * draw.choice([1, 1, 2])
        options["dtype"] = dtype
    shape = [draw.choice([1, 2]), channels, *extents]
    if draw.random() < 0.2:
        shape = shape[1:]
    after = draw.choice(["", "act", "mean"])
    windows = ([lambda: torch.randn(shape, dtype=dtype)], [kind, spatial, channels, options, after])

    shape2 = [draw.choice([1, 2, 3, 9, 17, 40]) for _ in range(draw.randint(1, 4))]
    dimension = draw.randrange(len(shape2))
    shape2[dimension] = draw.choice([2, 5, 16, 33, 100, 700])
    scans = [
        draw.choice(["cumsum", "cumsum", "cumsum", "cumprod", "cummax", "cummin"]),
        draw.choice([dimension, dimension - len(shape2)]), draw.choice(["", "mask", "row", "exp"]),
        draw.choice(["", "exclusive", "both"]), draw.random() < 0.3,
    ]  # fmt: skip
    makers = [lambda: torch.randn(shape2, dtype=dtype)] * 2
    return {f"Windows{seed}": windows, f"Scans{seed}": (makers, scans)}


CASES = {}
for _seed in SEEDS:
    CASES |= _case(_seed)
    globals()[f"Windows{_seed}"] = type(f"Windows{_seed}", (Windows,), {})
    globals()[f"Scans{_seed}"] = type(f"Scans{_seed}", (Scans,), {})
