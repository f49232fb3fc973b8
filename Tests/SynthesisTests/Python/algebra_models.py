"""Ops that algebra makes smaller, at shapes, strides and compositions drawn at random: one class or function a seed."""
from __future__ import annotations

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEEDS = range(12)


class Layers(nn.Module):
    """A convolution of any kind, with what often follows it, then a sum or mean."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self.spatial = spatial = draw.randint(1, 3)
        self.transposed = draw.random() < 0.5
        groups = draw.choice([1, 1, 2])
        inputs, outputs = groups * draw.randint(1, 3), groups * draw.randint(1, 4)
        self.extents = [draw.choice([1, 5, 8, 11]) + 4 for _ in range(spatial)]
        kernel = [draw.randint(1, 4) for _ in range(spatial)]
        stride = [draw.randint(1, 3) for _ in range(spatial)]
        dilation = [draw.randint(1, 2) for _ in range(spatial)]
        padding = [draw.randint(0, min(2, d * (k - 1))) for k, d in zip(kernel, dilation)]
        kind = getattr(nn, f"Conv{'Transpose' if self.transposed else ''}{spatial}d")
        options = {}
        if self.transposed:
            options["output_padding"] = [draw.randint(0, max(s, d) - 1) for s, d in zip(stride, dilation)]
        self.layer = kind(
            inputs, outputs, kernel, stride, padding, dilation=dilation, groups=groups,
            bias=draw.random() < 0.7, **options,
        )
        self.batch = draw.randint(1, 3)
        self.inputs = inputs
        self.scale = draw.choice([None, 0.5, 3.0])
        self.norm = None
        if draw.random() < 0.3:
            self.norm = getattr(nn, f"BatchNorm{spatial}d")(outputs)
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.5, 2)
        everything = list(range(spatial + 2))
        self.dims = draw.choice(
            [[1], [1], [1], everything[2:], everything[2:], everything[1:], everything, [1, 2], [0, *everything[2:]]])
        self.keep = draw.random() < 0.5
        self.mean = draw.random() < 0.5
        self.after = draw.choice([None, F.gelu, F.relu])

    def forward(self, x):
        y = self.layer(x)
        if self.scale is not None:
            y = y * self.scale
        if self.norm is not None:
            y = self.norm(y)
        y = y.mean(self.dims, keepdim=self.keep) if self.mean else y.sum(self.dims, keepdim=self.keep)
        return y if self.after is None else self.after(y)


class Features(nn.Module):
    """A linear layer, scaled, then added up over features or rows, or pooled."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self.rows = [draw.choice([1, 3, 17]) for _ in range(draw.randint(1, 3))]
        self.layer = nn.Linear(draw.choice([1, 7, 64]), draw.choice([5, 33, 48]), bias=draw.random() < 0.7)
        self.kind = draw.choice(["features", "features", "rows", "both", "pool"])
        self.scale = draw.choice([None, 1.5, -2.0])
        self.shift = draw.choice([None, 0.25])
        self.keep = draw.random() < 0.5

    def forward(self, x):
        y = self.layer(x)
        if self.kind == "pool":
            y = F.avg_pool1d(y.reshape(-1, 1, y.shape[-1]), 4).reshape(*y.shape[:-1], -1)
            return F.gelu(y) * 2
        if self.scale is not None:
            y = y * self.scale
        if self.shift is not None:
            y = y - self.shift
        if self.kind == "features":
            y = y.sum(-1, keepdim=self.keep)
        elif self.kind == "rows":
            y = y.mean(0, keepdim=self.keep)
        else:
            y = y.mean()
        return F.relu(y)


class Products(nn.Module):
    """Products of two or three tensors."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self.kind = draw.choice(["columns", "rows", "both", "diagonal", "right", "chain", "vector", "triangle", "kept"])
        self.outer = draw.choice([[], [3], [2, 3]])
        self.m, self.k, self.n = (draw.choice([1, 4, 19, 40]) for _ in range(3))
        self.scale = draw.choice([1.0, 0.5])
        if self.kind == "triangle" and seed % 4 == 1:
            self.kind = "lower"

    def shapes(self):
        if self.kind == "diagonal":
            return [[self.k], [self.k, self.n]]
        if self.kind == "right":
            return [[*self.outer, self.m, self.k], [*self.outer, self.k]]
        if self.kind in ("chain", "vector"):
            return [[*self.outer, 70, 30], [30, 90], [90, 2] if self.kind == "chain" else [90]]
        if self.kind in ("triangle", "kept", "lower"):
            return [[300, 300], [300, 70 if self.kind == "lower" else 300]]
        return [[*self.outer, self.m, self.k], [*self.outer, self.k, self.n]]

    def forward(self, a, b, c=None):
        if self.kind == "diagonal":
            return torch.diag(a) @ b
        if self.kind == "right":
            return a @ torch.diag_embed(b)
        if self.kind in ("chain", "vector"):
            return (a @ b) @ c
        if self.kind == "triangle":
            return torch.tril(torch.tril(a) @ torch.tril(b))
        if self.kind == "kept":
            return torch.triu(a @ b)
        if self.kind == "lower":
            return torch.tril(a) @ b
        y = torch.matmul(a, b) * self.scale
        if self.kind == "columns":
            return y.sum(-1).relu()
        if self.kind == "rows":
            return y.mean(-2, keepdim=True) + 1
        return y.sum((-1, -2))


class Attention(nn.Module):
    """Attention written out, in the ways people do."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self.outer = draw.choice([[3], [2, 2]])
        self.queries, self.keys, self.width, self.values = (draw.choice([1, 5, 16, 33]) for _ in range(4))
        self.divides = draw.random() < 0.5
        self.drop = nn.Dropout(0.1)
        # Heads side by side, as in attention layers: the library's result has the strides of its queries then.
        self.joins = len(self.outer) == 2 and draw.random() < 0.7

    def shapes(self):
        rows = [[self.queries, self.width], [self.keys, self.width], [self.keys, self.values]]
        return [[2, row[0], 2, row[1]] if self.joins else self.outer + row for row in rows]

    def forward(self, a, b, c):
        if self.joins:
            a, b, c = a.transpose(1, 2), b.transpose(1, 2), c.transpose(1, 2)
        scores = a @ b.transpose(-2, -1)
        scores = scores / self.width**0.5 if self.divides else scores * 0.3
        result = self.drop(torch.softmax(scores, -1)) @ c
        return result.transpose(1, 2).reshape(2, self.queries, -1) * 2 if self.joins else result


def _of(shape):
    return lambda: torch.randn(shape)


class Turned(nn.Module):
    """A transposed convolution that goes one step at a time."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        spatial = draw.randint(1, 3)
        groups = draw.choice([1, 2, 3])
        self.shape = [draw.randint(1, 3), groups * draw.randint(1, 3)] + [draw.randint(4, 9) for _ in range(spatial)]
        kernel = [draw.randint(1, 4) for _ in range(spatial)]
        dilation = [draw.randint(1, 2) for _ in range(spatial)]
        padding = [draw.randint(0, d * (k - 1)) for k, d in zip(kernel, dilation)]
        padding = [min(p, (n + d * (k - 1) - 1) // 2) for p, n, k, d in zip(padding, self.shape[2:], kernel, dilation)]
        self.layer = getattr(nn, f"ConvTranspose{spatial}d")(
            self.shape[1], groups * draw.randint(1, 4), kernel, 1, padding, 0, groups, draw.random() < 0.7, dilation)
        self.act = draw.choice([F.gelu, F.relu, torch.tanh])

    def forward(self, x):
        return self.act(self.layer(x))


CASES = {}
for _seed in SEEDS:
    _t = Turned(_seed)
    _l, _f, _p, _a = Layers(_seed), Features(_seed), Products(_seed), Attention(_seed)
    _inputs = {
        "Layers": [[_l.batch, _l.inputs, *_l.extents]],
        "Features": [[*_f.rows, _f.layer.in_features]],
        "Products": _p.shapes(),
        "Attention": _a.shapes(),
        "Turned": [_t.shape],
    }
    for _kind, _shapes in _inputs.items():
        _name = f"{_kind}{_seed}"
        if _kind == "Products" and len(_shapes) == 2:
            _call = "    def forward(self, a, b):\n        return super().forward(a, b)\n"
        elif _kind in ("Products", "Attention"):
            _call = "    def forward(self, a, b, c):\n        return super().forward(a, b, c)\n"
        else:
            _call = "    def forward(self, x):\n        return super().forward(x)\n"
        exec(f"class {_name}({_kind}):\n{_call}")
        CASES[_name] = ([_of(s) for s in _shapes], [_seed])
