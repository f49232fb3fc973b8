"""Ops that do in training what they do in evaluation (the first two), and ops that don't."""
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F


class Plain(nn.Module):
    def forward(self, x):
        return F.silu(x)


class UnusedDropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.0)

    def forward(self, x):
        return torch.tanh(x) * x.detach()


class Dropout(nn.Module):
    def forward(self, x):
        return F.dropout(torch.relu(x), 0.5, self.training)


class BatchNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x):
        return self.norm(x)


class AsksForTheMode(nn.Module):
    def forward(self, x):
        return x * 2 if self.training else x * 3


class AsksForGradients(nn.Module):
    def forward(self, x):
        return torch.exp(x) if torch.is_grad_enabled() else torch.exp(x) * 1.0


class StopsGradients(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            mean = x.mean()
        return x - mean


class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.tanh(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class OwnGradient(nn.Module):
    def forward(self, x):
        return StraightThrough.apply(x) * 2


def own_gradient(x):
    return StraightThrough.apply(x) * 2


CASES = {
    name: ([lambda: torch.randn(4, 8)], [])
    for name in (
        "Plain UnusedDropout Dropout BatchNorm AsksForTheMode AsksForGradients StopsGradients OwnGradient own_gradient"
    ).split()
}
