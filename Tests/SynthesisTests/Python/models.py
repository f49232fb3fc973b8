"""Small ops of many kinds, written as people write them.

`CASES` names each with its inputs and constructor arguments.
"""
from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SoftmaxChain(nn.Module):
    def __init__(self, scale: float = 0.25):
        super().__init__()
        self.scale = scale

    def forward(self, x, mask):
        return torch.softmax(x * self.scale + mask, dim=-1)


class NormGeluResidual(nn.Module):
    def __init__(self, width: int = 77):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.uniform_(self.norm.bias)

    def forward(self, x):
        return x + F.gelu(self.norm(x))


class RMSGate(nn.Module):
    def __init__(self, width: int = 96):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(width))

    def forward(self, x, gate):
        y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight
        return y * F.silu(gate)


class ConvBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.bn.running_mean.uniform_(-1, 1)
        self.bn.running_var.uniform_(0.5, 2)
        nn.init.uniform_(self.bn.weight, 0.5, 1.5)
        nn.init.uniform_(self.bn.bias, -1, 1)

    def forward(self, x):
        return F.mish(self.bn(self.conv(x))).mean((2, 3))


class ConvInPlace(nn.Module):
    """Activation in place, dropout, two outputs in a dictionary."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 6, 3, groups=2)
        self.bn = nn.BatchNorm1d(6, affine=False)
        self.act = nn.LeakyReLU(0.2, inplace=True)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        y = self.drop(self.act(self.bn(self.conv(x))))
        return {"y": y, "norm": y.norm(dim=-1)}


class Pool(nn.Module):
    def __init__(self, size=8, stride=1, padding=4, ceil=False, counts=True):
        super().__init__()
        self.pool = nn.AvgPool1d(size, stride, padding, ceil_mode=ceil, count_include_pad=counts)

    def forward(self, x):
        return self.pool(x)


class PoolThenNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.AvgPool1d(3, stride=2)
        self.bn = nn.BatchNorm1d(5)
        self.bn.running_mean.uniform_()

    def forward(self, x):
        return torch.tanh(self.bn(self.pool(x)))


class GatedUnit(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(32, 2 * 45)

    def forward(self, x):
        a, b = self.up(x).chunk(2, dim=-1)
        return F.glu(self.up(x)), a * torch.sigmoid(b)


class GroupNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.GroupNorm(3, 6)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.uniform_(self.norm.bias)

    def forward(self, x):
        return F.hardswish(self.norm(x))


class Causal(nn.Module):
    def forward(self, scores):
        mask = torch.tril(torch.ones(scores.shape[-1], scores.shape[-1])) == 0
        return torch.softmax(scores.masked_fill(mask, -math.inf), -1)


class Loss(nn.Module):
    def forward(self, a, b):
        return F.mse_loss(a, b) + torch.logsumexp(a, -1).mean()


class Losses(nn.Module):
    def forward(self, x, target, weight):
        y = torch.sigmoid(target)
        return (
            F.l1_loss(x, target, reduction="sum"), F.mse_loss(x, target, reduction="none"),
            F.smooth_l1_loss(x, target, beta=0.7), F.smooth_l1_loss(x, target, reduction="none"),
            F.huber_loss(x, target, delta=1.5), F.huber_loss(x, target, reduction="none"),
            F.soft_margin_loss(x, target), F.binary_cross_entropy_with_logits(x, y),
            F.binary_cross_entropy_with_logits(x, y, weight, pos_weight=weight.exp(), reduction="none"),
            F.kl_div(F.logsigmoid(x), y, reduction="sum"), F.kl_div(x, target, reduction="none", log_target=True),
            F.kl_div(x, F.relu(target), reduction="none"),
        )  # fmt: skip


class ClassLosses(nn.Module):
    def forward(self, x, label):
        return (
            F.cross_entropy(x, label), F.cross_entropy(x, label, reduction="none"),
            F.cross_entropy(x, label, ignore_index=3, reduction="sum"), F.cross_entropy(x, label, ignore_index=3),
            F.nll_loss(F.log_softmax(x, 1), label), F.nll_loss(x, label, ignore_index=1, reduction="none"),
        )  # fmt: skip


class SegmentationLosses(ClassLosses):
    pass


class Everything(nn.Module):
    """Every function a kernel may call, on one input."""

    def forward(self, x):
        p = x.abs() + 0.5
        return (
            torch.exp(x), torch.expm1(x), torch.log(p), torch.log1p(p), torch.tanh(x), torch.sigmoid(x), torch.erf(x),
            F.gelu(x), F.gelu(x, approximate="tanh"), F.silu(x), F.mish(x), F.softplus(x), F.elu(x), F.selu(x),
            F.logsigmoid(x), F.hardswish(x), F.leaky_relu(x, 0.1), F.relu6(x), torch.clamp(x, -0.5, 0.5), x.floor(),
            x.round(), torch.sqrt(p), torch.rsqrt(p), p ** 1.7, torch.sin(x), torch.maximum(x, -x), x > 0,
        )  # fmt: skip


class Statistics(nn.Module):
    def forward(self, x):
        return x.std(-1), x.amax((-2, -1)), F.normalize(x, dim=-1), F.log_softmax(x, -1), x.var(-1, keepdim=True)


class Configured(nn.Module):
    """Configuration in attributes of many kinds."""

    def __init__(self, eps: float = 1e-3):
        super().__init__()
        self.eps = eps
        self.sizes = [2, 3]
        self.act = F.relu
        self.shift = torch.tensor([0.5])

    def forward(self, x):
        return self.act(x + self.eps) * self.sizes[0] - self.shift


class Double(nn.Module):
    def forward(self, x):
        return torch.softmax(F.gelu(x) + torch.tanh(x), -1)


def scaled_residual(x, y, alpha: float = 0.5):
    return F.silu(x) * alpha + y.sigmoid()


def long_rows(x):
    return (x * x).sum() / x.numel(), torch.softmax(x, -1)


def _r(*shape, dtype=torch.float32):
    return lambda: torch.randn(*shape, dtype=dtype)


def _labels(classes: int, *shape: int):
    return lambda: torch.randint(classes, shape)


class Distances(nn.Module):
    """Lengths, angles and products of rows, as modules and functions of PyTorch."""

    def forward(self, anchor, positive, negative):
        triplet = F.triplet_margin_loss(anchor, positive, negative, margin=0.7, swap=True)
        apart = F.triplet_margin_loss(anchor, positive, negative, p=1, reduction="none")
        between = F.pairwise_distance(anchor, positive, p=1, keepdim=True)
        angle = F.cosine_similarity(anchor, positive) + F.cosine_similarity(anchor, negative[:1], dim=-1, eps=1e-3)
        spread = F.triplet_margin_loss(anchor[:, None], positive[:, None], negative[:37][None], reduction="sum")
        products = (1 + anchor.sign() * 0.01).prod(dim=1), (1 + anchor[:3] * 0.01).prod()
        return triplet, apart, between, spread, angle, *products


CASES = {
    "Distances": ([_r(37, 130), _r(37, 130), _r(37, 130)], []),
    "ClassLosses": ([_r(37, 130), _labels(130, 37)], []),
    "SegmentationLosses": ([_r(3, 5, 7, 9), _labels(5, 3, 7, 9)], []),
    "SoftmaxChain": ([_r(3, 5, 100), _r(5, 100)], []),
    "NormGeluResidual": ([_r(9, 77)], []),
    "RMSGate": ([_r(4, 7, 96), _r(4, 7, 96)], []),
    "ConvBlock": ([_r(2, 3, 13, 11)], []),
    "ConvInPlace": ([_r(3, 4, 40)], []),
    "Pool": ([_r(2, 3, 501)], []),
    "PoolThenNorm": ([_r(2, 5, 64)], []),
    "GatedUnit": ([_r(6, 32)], []),
    "GroupNorm": ([_r(2, 6, 5, 7)], []),
    "Causal": ([_r(2, 33, 33)], []),
    "Loss": ([_r(40, 130), _r(40, 130)], []),
    "Losses": ([_r(13, 70), _r(13, 70), _r(70)], []),
    "Everything": ([_r(33, 70)], []),
    "Statistics": ([_r(6, 8, 50)], []),
    "Configured": ([_r(5, 21)], []),
    "Double": ([_r(7, 61, dtype=torch.float64)], []),
    "scaled_residual": ([_r(20, 31), _r(20, 31), lambda: 0.25], []),
    "long_rows": ([_r(1, 200_000)], []),
}
