"""Nets of convolutions with all kinds of things between them, at shapes and compositions drawn at random.

`CASES` names each with its inputs and constructor arguments, drawn anew for every seed.
"""
from __future__ import annotations

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEEDS = range(9)


class Excited(nn.Module):
    """Channels weighted by what their means say."""

    def __init__(self, channels):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 3, 1), nn.Conv2d(3, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3), keepdim=True)))))


BETWEEN = {
    "maximum": lambda x: F.max_pool2d(x, 2),
    "wide maximum": lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
    "mean": lambda x: F.avg_pool2d(x, 2),
    "padded mean": lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    "nearest": lambda x: F.interpolate(x, scale_factor=2),
    "linear": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
    "even means": lambda x: F.adaptive_avg_pool2d(x, 3),
    "joined": lambda x: torch.cat([x, x.tanh()], 1)[:, ::2],
    "normal": lambda x: x / x.square().mean(1, keepdim=True).add(1e-3).sqrt(),
    "nothing": lambda x: x,
}


class Net(nn.Module):
    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        channels = draw.choice([1, 3, 8, 16])
        self.shape = [draw.randint(1, 3), channels, draw.randint(11, 16), draw.randint(11, 16)]
        self.layers, self.norms, self.gates, self.steps = nn.ModuleList(), nn.ModuleList(), nn.ModuleList(), []
        for _ in range(draw.randint(2, 3)):
            outputs = draw.choice([channels, 8, 16, 20])
            kernel = draw.choice([1, 3])
            groups = draw.choice([1, 1, 1, channels]) if outputs == channels else 1
            options = {"padding": kernel // 2, "groups": groups, "bias": draw.random() < 0.5}
            self.layers.append(nn.Conv2d(channels, outputs, kernel, draw.choice([1, 1, 2]), **options))
            norm = nn.Identity()
            if draw.random() < 0.4:
                norm = nn.BatchNorm2d(outputs)
                norm.running_mean.uniform_(-1, 1)
                norm.running_var.uniform_(0.5, 2)
            self.norms.append(norm)
            self.gates.append(Excited(outputs) if draw.random() < 0.3 else nn.Identity())
            activation = draw.choice([F.relu, F.silu, F.mish, F.gelu])
            self.steps.append((draw.random() < 0.6, activation, draw.choice(list(BETWEEN))))
            channels = outputs
        self.head = nn.Linear(channels, 5)
        self.result = draw.choice(["maps", "all", "head"])

    def forward(self, x):
        found = []
        for layer, norm, gate, (residual, activation, between) in zip(self.layers, self.norms, self.gates, self.steps):
            y = activation(gate(norm(layer(x))))
            if residual and y.shape == x.shape:
                y = x + y
            found.append(y)
            x = BETWEEN[between](y) if min(y.shape[2:]) > 3 else y
        if self.result == "head":
            return self.head(x.mean((2, 3)))
        return (*found, x) if self.result == "all" else x


class Computed(nn.Module):
    """A convolution whose weights come with the call."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3)

    def forward(self, x, weight):
        return F.conv2d(F.relu(self.first(x)), weight.tanh(), padding=1)


class Volume(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv3d(3, 6, 3, padding=1), nn.Conv3d(6, 6, 3, bias=False)

    def forward(self, x):
        y = F.mish(self.first(x))
        return self.second(y + y.mean((2, 3, 4), keepdim=True))


def _of(*shape):
    return lambda: torch.randn(shape)


CASES = {
    "Computed": ([_of(2, 3, 9, 8), _of(4, 8, 3, 3)], []),
    "Volume": ([_of(2, 3, 7, 6, 5)], []),
}
for _seed in SEEDS:
    globals()[f"Net{_seed}"] = type(f"Net{_seed}", (Net,), {})
    CASES[f"Net{_seed}"] = ([_of(*Net(_seed).shape)], [_seed])
