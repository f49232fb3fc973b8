"""Layers with constant weights and what follows them, at shapes, strides and compositions drawn at random.

`CASES` names each with its inputs and constructor arguments, drawn anew for every seed.
"""
from __future__ import annotations

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEEDS = range(12)

ACTIVATIONS = {
    "none": lambda y: y,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda y: F.gelu(y, approximate="tanh"),
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
    "relu6": F.relu6,
    "clamp": lambda y: y.clamp(-0.5, 1.25),
    "leaky": lambda y: F.leaky_relu(y, 0.1),
    "own": lambda y: y * torch.sigmoid(y),
    "mish": F.mish,  # not one of the library's
}


class Columns(nn.Module):
    """A linear layer with its weight stored the other way round, as matrix products have it."""

    def __init__(self, inputs, outputs, bias):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * inputs**-0.5)
        self.bias = nn.Parameter(torch.randn(outputs)) if bias else None

    def forward(self, x):
        if self.bias is not None and x.dim() == 2:
            return torch.addmm(self.bias, x, self.weight)
        return x @ self.weight if self.bias is None else x @ self.weight + self.bias


class Stack(nn.Module):
    """A few layers of one kind; each may be normalised, have something added, be activated, be pooled."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self.spatial = spatial = [0, 2, 1, 0, 3, 2][seed % 6]
        channels = 2 * draw.randint(1, 9)
        extents = [draw.randint(7, 12) for _ in range(spatial)]
        rows = [draw.choice([1, 3, 40]) for _ in range(draw.choice([1, 2]))]
        self.shape = [draw.randint(1, 3), channels, *extents] if spatial else [*rows, channels]
        self.layers, self.norms, self.steps = nn.ModuleList(), nn.ModuleList(), []
        for _ in range(draw.randint(1, 4)):
            outputs = draw.choice([channels, 2 * draw.randint(1, 9)])
            bias = draw.random() < 0.6
            if spatial == 0:
                layer = draw.choice([nn.Linear, nn.Linear, Columns])(channels, outputs, bias)
            else:
                transposed = draw.random() < 0.2
                kernel = [draw.choice([1, 2, 3]) for _ in range(spatial)]
                stride = [draw.choice([1, 1, 2]) for _ in range(spatial)]
                options = {"dilation": [draw.choice([1, 1, 2]) for _ in kernel], "groups": draw.choice([1, 1, 2])}
                reach = [(k - 1) * d for k, d in zip(kernel, options["dilation"])]
                options["padding"] = [draw.randint(0, 1) + r // 2 for r in reach]
                if transposed:
                    options["output_padding"] = [draw.randint(0, s - 1) for s in stride]
                kind = getattr(nn, f"Conv{'Transpose' if transposed else ''}{spatial}d")
                layer = kind(channels, outputs, kernel, stride, bias=bias, **options)
            norm = nn.Identity()
            if spatial and draw.random() < 0.4:
                norm = getattr(nn, f"BatchNorm{spatial}d")(outputs)
                nn.init.uniform_(norm.weight, 0.5, 1.5)
                nn.init.uniform_(norm.bias, -1, 1)
                norm.running_mean.uniform_(-1, 1)
                norm.running_var.uniform_(0.5, 2)
            self.layers.append(layer)
            self.norms.append(norm)
            residual = draw.choice(["", "", "add", "radd", "sub", "mul"])
            self.steps.append((residual, draw.choice(list(ACTIVATIONS)), draw.random() < 0.15))
            channels = outputs
        self.result = draw.choice(["last", "last", "all", "flat"])

    def forward(self, x):
        found = []
        for layer, norm, (residual, activation, pools) in zip(self.layers, self.norms, self.steps):
            y = norm(layer(x))
            if x.shape == y.shape:
                if residual == "add":
                    y = y + x
                elif residual == "radd":
                    y = x + y
                elif residual == "sub":
                    y = y - x
                elif residual == "mul":
                    y = y * torch.tanh(x)
            x = ACTIVATIONS[activation](y)
            if pools and self.spatial == 2 and min(x.shape[2:]) > 2:
                x = F.max_pool2d(x, 2)
            found.append(x)
        if self.result == "all":
            return tuple(found)
        return x.flatten(1) if self.result == "flat" else x


def _of(shape):
    return lambda: torch.randn(shape)


CASES = {}
for _seed in SEEDS:
    globals()[f"Stack{_seed}"] = type(f"Stack{_seed}", (Stack,), {})
    CASES[f"Stack{_seed}"] = ([_of(Stack(_seed).shape)], [_seed])
