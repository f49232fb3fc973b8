"""Ops in half precision, alone and mixed with float32, float64 and whole numbers.

`CASES` names each with its inputs and constructor arguments: ops as people write them, and random compositions, one for
each seed. `HALF_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

from seeded import cases, seeds

B, H, S, D = torch.bfloat16, torch.float16, torch.float32, torch.float64


def single(x):
    """float32, and float64 where the check runs all of an op in it."""
    return x.to(torch.promote_types(x.dtype, S))


def _r(*shape, dtype=B, scale=1.0):
    return lambda: (torch.randn(*shape) * scale).to(dtype)


def softmax(x):
    return torch.softmax(x, -1)


def masked_softmax(scores, mask):
    return torch.softmax((scores * 0.125).masked_fill(mask == 0, -math.inf), -1)


def gated_gelu(x):
    a, b = x.chunk(2, -1)
    return a * F.gelu(b, approximate="tanh")


def swiglu(gate, up):
    return F.silu(gate) * up


def rms_norm(x, weight):
    """As language models have it: the statistics in float32."""
    y = single(x)
    y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-6)
    return weight * y.to(x.dtype)


def own_rms_norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight)


def rotary(q, cos, sin):
    a, b = q.chunk(2, -1)
    return q * cos + torch.cat((-b, a), -1) * sin


def half_norm_of_float(x, weight):
    return F.layer_norm(x.to(weight.dtype), (x.shape[-1],), weight)


def there_and_back(x):
    """The rounding in the middle is what the op is."""
    return (x * 3.3).to(B).float() - x * 3.3, (x * 3.3).half().float() - x * 3.3


def autocast_like(x, weight, bias):
    y = single(F.linear(x.to(B), weight.to(B))) + bias
    return F.silu(y).to(B)


def loss(logits, target):
    return F.mse_loss(torch.sigmoid(single(logits)), single(target)).to(logits.dtype), (logits - target).abs().mean()


def columns(x):
    return x.sum(0), x.amax(0), x.argmax(0), x.argmin(0), torch.log_softmax(single(x), 0).to(x.dtype), x.var(0)


def extrema(x):
    return x.argmax(-1), *x.max(-1), *x.min(-1), (x > 0.1).any(-1), (x <= 0.3).all(-1), x.argmax()


def ties(x):
    """Rounding makes ties, and ties decide about positions and truth values."""
    y = torch.tanh(x * 0.5) * 1.5 + 0.1
    return y.argmax(-1), y > 0.7, (y * 3).round(), y


def scans(x, m):
    return torch.cumsum(x, -1), torch.cumsum(x * m, 0), x.cummax(0)[0], torch.cumsum(x.flip(-1), -1).flip(-1)


def long_rows(x):
    return torch.softmax(x, -1), x.sum(-1), x.argmax(-1)


def overflowing(x):
    """Squares of large numbers overflow in float16, and some sums do."""
    return x * x, (x * x).sum(-1), single(x * x).sum(-1), x.norm(dim=-1)


def promoted(a, b, c, n, m):
    """half · half, half · float32, whole numbers and truth values among them."""
    numbers = a * n, n / 7, n.to(c.dtype) * c
    return *numbers, a * b, a + c, (a + m) * 0.5, torch.where(m, a, c), m.to(a.dtype), a.double() + c


def whole_numbers(x, ids, limits, small, column):
    """Compared with each other, in rows and columns, and as numbers."""
    mask = (ids != 7) & (small < 3)
    return (
        x.masked_fill(ids == 0, -1.0), mask, torch.where(ids > limits, x, x * 2), (x * small).sum(-1),
        torch.softmax(x.masked_fill(small == 1, -math.inf), 0), ids.bool(), torch.where(column <= ids, x, -x).amax(0),
        torch.where(ids.transpose(0, 1) >= 3, x.transpose(0, 1), 0.5), x.sum(0) * limits.reshape(-1),
    )  # fmt: skip


def to_double(x):
    return x.double().exp().sum(-1), single(x) * 1.1, x.double().mean(-1).to(x.dtype)


def returned_twice(x):
    y = F.silu(x)
    return y, single(y), (y + 1).sum(-1), y.to(H)


def copies(x):
    return single(x), x.clone(), x.to(H) * 1.0


def transposed(x, y):
    return F.gelu(x.transpose(-1, -2)) + y, single(x.transpose(0, 1)) * 2


class Normed(nn.Module):
    def __init__(self, dtype, channels=6):
        super().__init__()
        self.batch = nn.BatchNorm2d(channels)
        self.batch.running_mean.uniform_(-1, 1)
        self.batch.running_var.uniform_(0.5, 2)
        self.group = nn.GroupNorm(3, channels)
        nn.init.uniform_(self.group.weight, 0.5, 1.5)
        self.to(dtype)

    def forward(self, x):
        return F.relu(self.group(F.silu(self.batch(x))))


class ResidualNorm(nn.Module):
    def __init__(self, dtype, width=61):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.uniform_(self.norm.bias)
        self.to(dtype)

    def forward(self, x, y):
        s = x + y
        return s, self.norm(s)


class Mixed(nn.Module):
    """Parameters in float32 for tensors in half precision."""

    def __init__(self, width=48):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        self.scale = nn.Parameter(torch.rand(width) + 0.5)

    def forward(self, x):
        return self.norm(x.to(self.scale.dtype)).to(x.dtype) * self.scale.to(x.dtype)


class Pools(nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.depthwise = nn.Conv2d(3, 6, 3, padding=1, groups=3, dtype=dtype)
        self.strided = nn.Conv2d(6, 6, (3, 5), stride=2, groups=6, bias=False, dtype=dtype)

    def forward(self, x):
        y = self.depthwise(x)
        return F.max_pool2d(x, 3, 2, 1), F.avg_pool2d(F.silu(x), 2), F.max_pool2d(x, 5, 1), y, self.strided(y)


class Sliding(nn.Module):
    def __init__(self, size, stride=1, padding=0):
        super().__init__()
        self.pool = nn.AvgPool1d(size, stride, padding)

    def forward(self, x):
        return self.pool(x)


CASES = {}


def _case(function, dtype, makers, arguments=()):
    """One op under a name of its own for each type."""
    name = f"{function.__name__}_{str(dtype).rpartition('.')[2]}"
    if isinstance(function, type):
        globals()[name] = type(name, (function,), {})
    else:
        code = function.__code__
        names = ", ".join(code.co_varnames[: code.co_argcount])
        space = {"function": function}
        exec(f"def {name}({names}):\n    return function({names})", space)
        globals()[name] = space[name]
    CASES[name] = (makers, list(arguments))


for _d, _other in ((B, S), (H, B)):

    def _t(*shape, scale=1.0, dtype=_d):
        return _r(*shape, dtype=dtype, scale=scale)

    _case(softmax, _d, [_t(13, 1000)])
    _case(masked_softmax, _d, [_t(2, 3, 17, 33), lambda d=_d: torch.tril(torch.ones(17, 33, dtype=d))])
    _case(gated_gelu, _d, [_t(9, 2 * 77)])
    _case(swiglu, _d, [_t(300, 512), _t(300, 512)])
    _case(rms_norm, _d, [_t(7, 96), _t(96)])
    _case(own_rms_norm, _d, [_t(7, 96), _t(96)])
    _case(rotary, _d, [_t(2, 3, 9, 32), _t(9, 32), _t(9, 32)])
    _case(ResidualNorm, _d, [_t(11, 61), _t(11, 61)], [_d])
    _case(half_norm_of_float, _d, [_r(5, 130, dtype=S), _t(130)])
    _case(loss, _d, [_t(40, 130), _t(40, 130)])
    _case(columns, _d, [_t(37, 45)])
    _case(extrema, _d, [_t(21, 83)])
    _case(ties, _d, [_t(9, 300)])
    _case(scans, _d, [_t(21, 40), _t(21, 40)])
    _case(long_rows, _d, [_t(1, 200_003)])
    _case(overflowing, _d, [_t(6, 50, scale=40.0)])
    _case(
        promoted,
        _d,
        [
            _t(8, 33),
            _r(8, 33, dtype=_other),
            _r(33, dtype=S),
            lambda: torch.randint(-999, 999, (8, 33)),
            lambda: torch.rand(8, 33) > 0.5,
        ],
    )
    _case(
        whole_numbers,
        _d,
        [
            _t(21, 40),
            lambda: torch.randint(-9, 9, (21, 40)) + (1 << 40) * torch.randint(0, 2, (21, 40)),
            lambda: torch.randint(-9, 9, (1, 40), dtype=torch.int32),
            lambda d=_d: torch.randint(0, 5, (21, 40), dtype=torch.uint8 if d is B else torch.int16),
            lambda: torch.randint(-9, 9, (21, 1), dtype=torch.int8),
        ],
    )
    _case(to_double, _d, [_t(6, 35)])
    _case(returned_twice, _d, [_t(14, 35)])
    _case(transposed, _d, [_t(12, 40), _t(40, 12)])
    _case(Normed, _d, [_t(2, 6, 7, 9)], [_d])
    _case(Mixed, _d, [_t(5, 48)])
    _case(Pools, _d, [_t(2, 3, 19, 45)], [_d])
    _case(Sliding, _d, [_t(2, 3, 501)], [8])
_case(there_and_back, S, [_r(12, 70, dtype=S)])
_case(autocast_like, S, [_r(12, 64, dtype=S), _r(40, 64, dtype=S), _r(40, dtype=S)])
_case(copies, B, [_r(12, 40)])


KINDS = "unary unary scalar row column full softmax norm centre mask cast cast flip half".split()
UNARY = "tanh sigmoid gelu silu softplus hardswish abs relu elu mish".split()
RESULTS = "amax argmax sum mean cumsum none".split()


def make(seed):
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    shape = [draw.choice([1, 2, 3, 5]) for _ in range(draw.randint(1, 3))] + [draw.choice([1, 7, 16, 33, 64, 130])]
    kinds = [draw.choice([B, H]), *draw.choices([B, H, S], k=2)]
    inputs = [(list(shape), kinds[0])]
    steps = []
    for _ in range(draw.randint(2, 7)):
        kind = draw.choice(KINDS)
        if kind in ("full", "row", "column"):
            other = list(shape)
            if kind == "row":
                other[-1] = 1
            elif kind == "column":
                other = other[-1:]
            inputs.append((other, draw.choice(kinds)))
            steps.append((kind, draw.choice(["add", "mul", "maximum"]), len(inputs) - 1))
        elif kind == "unary":
            steps.append((kind, draw.choice(UNARY), None))
        elif kind == "cast":
            steps.append((kind, draw.choice([B, H, S, S, D]), None))
        elif kind == "flip" and len(shape) > 1:
            shape = shape[:-2] + [shape[-1], shape[-2]]
            steps.append((kind, None, None))
        elif kind == "half" and shape[-1] > 1:
            shape = shape[:-1] + [shape[-1] - shape[-1] // 2]
            steps.append((kind, None, None))
        elif kind in ("scalar", "softmax", "centre", "norm", "mask"):
            steps.append((kind, round(draw.uniform(0.3, 1.7), 3), None))
    result, dimension = draw.choice(RESULTS), draw.choice([-1, -1, 0])

    def run(tensors):
        x = tensors[0]
        for kind, what, index in steps:
            if kind == "unary":
                x = getattr(torch if hasattr(torch, what) else F, what)(x)
            elif kind == "scalar":
                x = x * what - 0.1
            elif kind in ("full", "row", "column"):
                x = getattr(torch, what)(x, tensors[index])
            elif kind == "cast":
                # Where the check runs all of it in float64, what is rounded on purpose is rounded all the same.
                rounded = single(x) if what is S else x.to(what)
                x = rounded.to(D) if tensors[0].dtype is D else rounded
            elif kind == "softmax":
                x = torch.softmax(x * what, -1)
            elif kind == "centre":
                x = x - x.mean(-1, keepdim=True) * what
            elif kind == "norm":
                x = x / (x.var(-1, keepdim=True, unbiased=False) + what).sqrt()
            elif kind == "mask":
                x = torch.where(x > 0, x, x * what)
            elif kind == "flip":
                x = x.transpose(-1, -2)
            elif kind == "half":
                x = x.chunk(2, -1)[0]
        if result == "none":
            return x, x
        # Positions are those of exact values, many of them equal.
        y = (single(tensors[0]) * 2).round() if result == "argmax" else x
        return x, getattr(torch, result)(y, dimension)

    return run, [_r(*extents, dtype=dtype) for extents, dtype in inputs]


_functions, _cases = cases("half", make, seeds("HALF_SEEDS", "0:9"))
globals().update(_functions)
CASES.update(_cases)
