"""The gated feed-forward part of a language model, with its root-mean-square norm and residual."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))
        self.gate = nn.Linear(width, inner, bias=False)
        self.up = nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, hidden):
        normed = hidden * torch.rsqrt(hidden.square().mean(-1, keepdim=True) + 1e-5) * self.scale
        return hidden + self.down(F.silu(self.gate(normed)) * self.up(normed))


def get_init_inputs():
    return [288, 768]


def get_inputs():
    return [torch.randn(7, 130, 288)]
