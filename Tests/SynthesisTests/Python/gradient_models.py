"""Ops with gradients: norms, activations, losses, extrema, views, broadcasts, buffers, several results.

CASES: name to makers of the inputs and the constructor's arguments. A function's inputs come from makers alone.
"""
from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(width) + 0.5)

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class ShiftedRMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width) * 0.1)

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), 1 + self.weight)


class LayerNormGelu(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.scale = nn.Parameter(torch.full((width,), 0.7))

    def forward(self, x, residual):
        return residual + F.gelu(self.norm(x)) * self.scale


class GroupNormSilu(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(2, channels)
        with torch.no_grad():
            self.norm.weight.copy_(torch.rand(channels) + 0.5)
            self.norm.bias.copy_(torch.randn(channels))

    def forward(self, x):
        return F.silu(self.norm(x))


class InstanceNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x):
        return self.norm(x)


class ChannelSlope(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.slope = nn.PReLU(channels)

    def forward(self, x):
        return self.slope(x) + F.mish(x)


class Biased(nn.Module):
    """Narrow columns: the bias's gradient is no kernel's."""

    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.randn(3))

    def forward(self, x):
        return torch.tanh(x + self.bias)


class MaskedSoftmax(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(0.8))
        self.register_buffer("mask", torch.tril(torch.ones(length, length)))

    def forward(self, x):
        return torch.softmax((x * self.temperature).masked_fill(self.mask == 0, -1e9), -1)


class SeveralResults(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.rand(width) + 0.5)
        self.shift = nn.Parameter(torch.randn(width))

    def forward(self, x):
        return {"scaled": torch.exp(x * self.gain), "rows": [(x.logsumexp(-1)), x.argmax(-1)], "shift": x + self.shift}


class Detached(nn.Module):
    def forward(self, x, y):
        return torch.sigmoid(x) * y.detach() + y


def written_gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def tanh_gelu(x):
    return F.gelu(x, approximate="tanh") * 1.5


def soft_cross_entropy(logits, target):
    return -(target * F.log_softmax(logits, -1)).sum(-1).mean()


def written_cross_entropy(logits, target):
    shifted = logits - logits.max(-1, keepdim=True).values
    return (torch.log(torch.exp(shifted).sum(-1)) - (shifted * target).sum(-1)).mean()


def huber(x, y):
    d = (x - y).abs()
    return torch.where(d < 1, 0.5 * d * d, d - 0.5).mean()


def distances(x, y):
    return F.mse_loss(x, y) + F.l1_loss(x, y) + torch.linalg.vector_norm(x - y, dim=-1).mean()


def gated(x, gate):
    return F.silu(gate) * x


def two_halves(x):
    a, b = x.chunk(2, -1)
    return a * torch.sigmoid(b)


def rotated(x, cos, sin):
    first, second = x[..., ::2], x[..., 1::2]
    return first * cos - second * sin, first * sin + second * cos


def turned(x, bias):
    return torch.sigmoid(x.transpose(1, 2).reshape(x.shape[0], -1, 5) + bias.unsqueeze(-1))


def standardised(x):
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + 1e-5)


def over_columns(x, scale):
    return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=False) + 1e-5) * scale


def normalised(x):
    return x / x.norm(dim=-1, keepdim=True).clamp_min(1e-6)


def extrema(x):
    return x.amax(-1), x.amin((0, 1)), x.max(1).values, x.min(2).values


def all_of_it(x):
    return x.max() - x.min() + x.logsumexp((0, 1))


def running(x):
    return torch.cumsum(x, -1) * 0.1


def table(x):
    return (x * torch.tril(torch.ones(16, 16))).sum(-1).exp()


def powers(x):
    return x**2 + x**3 - x**0.5 + x**-1.0 + x**1.7 + torch.log(x) + torch.log2(x) + torch.log1p(x) + x.rsqrt()


def scaled(x, factor):
    return torch.expm1(x * factor) + torch.erf(x) + torch.sin(x) * torch.cos(x)


def double(x, w):
    return torch.softmax(x * w, -1)


def kinks(x, y):
    return (
        F.relu(x),
        F.relu6(x) + F.hardtanh(x) * 3,
        F.hardswish(x) * 2 + F.hardsigmoid(x),
        x.abs() + F.leaky_relu(x) * 2,
        F.elu(x, 0.5) + F.selu(x),
        F.celu(x, 0.6) + F.threshold(x, 1.0, 5.0),
        x.clamp(-1, 2) + x.clamp(min=0) * 2 + x.clamp(max=3) * 4,
        F.softplus(x, 2.0, 2.0),
        torch.maximum(x, y) + torch.minimum(x, y) * 3,
    )


def ties(x):
    return x.amax(-1), x.amin(-1), x.std(-1), torch.linalg.vector_norm(x, dim=-1)


def first_of_ties(x):
    return x.max(-1).values, x.min(-1)[0]


def total_ties(x):
    return x.max() * 2 + x.min()


def largest(x):
    return torch.linalg.vector_norm(x, float("inf"), dim=-1), torch.linalg.vector_norm(x, 1, dim=-1)


def _normal(*shape):
    return lambda: torch.randn(shape)


def _positive(*shape):
    return lambda: torch.rand(shape) * 2 + 0.5


def _whole(*shape):
    """Whole numbers from -3 to 6: every kink of every function here is among them."""
    return lambda: torch.randint(-3, 7, shape).float()


CASES = {
    "RMSNorm": ([_normal(4, 33, 96)], [96]),
    "ShiftedRMSNorm": ([_normal(40, 64)], [64]),
    "LayerNormGelu": ([_normal(64, 40), _normal(64, 40)], [40]),
    "GroupNormSilu": ([_normal(3, 8, 5, 7)], [8]),
    "InstanceNorm": ([_normal(2, 3, 6, 9)], [3]),
    "ChannelSlope": ([_normal(4, 6, 10)], [6]),
    "Biased": ([_normal(50, 3)], []),
    "MaskedSoftmax": ([_normal(3, 20, 20)], [20]),
    "SeveralResults": ([_normal(12, 24)], [24]),
    "Detached": ([_normal(6, 30), _normal(6, 30)], []),
    "written_gelu": ([_normal(7, 300)], []),
    "tanh_gelu": ([_normal(7, 300)], []),
    "soft_cross_entropy": ([_normal(30, 50), lambda: torch.softmax(torch.randn(30, 50), -1)], []),
    "written_cross_entropy": ([_normal(30, 50), lambda: torch.softmax(torch.randn(30, 50), -1)], []),
    "huber": ([_normal(13, 21), _normal(13, 21)], []),
    "distances": ([_normal(13, 21), _normal(13, 21)], []),
    "gated": ([_normal(5, 130), _normal(5, 130)], []),
    "two_halves": ([_normal(5, 64)], []),
    "rotated": ([_normal(2, 3, 4, 16), _normal(4, 8), _normal(4, 8)], []),
    "turned": ([_normal(2, 5, 12), _normal(2, 12)], []),
    "standardised": ([_normal(9, 70)], []),
    "over_columns": ([_normal(200, 24), _normal(24)], []),
    "normalised": ([_normal(9, 70)], []),
    "extrema": ([_normal(3, 4, 12)], []),
    "all_of_it": ([_normal(6, 40)], []),
    "running": ([_normal(5, 40)], []),
    "table": ([_normal(4, 16, 16)], []),
    "powers": ([_positive(6, 40)], []),
    "scaled": ([_normal(6, 40), lambda: 1.25], []),
    "double": ([lambda: torch.randn(6, 40).double(), lambda: torch.randn(40).double()], []),
    "kinks": ([_whole(7, 40), _whole(7, 40)], []),
    "ties": ([_whole(9, 12)], []),
    "first_of_ties": ([_whole(9, 12)], []),
    "total_ties": ([_whole(5, 8)], []),
    "largest": ([_whole(9, 12)], []),
}
