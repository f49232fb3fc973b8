"""Gated pointwise layer, depthwise filter along time, batch norm and swish: the middle of a conformer."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, taps):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.enter = nn.Conv1d(width, 2 * width, 1)
        self.space = nn.Conv1d(width, width, taps, padding=taps // 2, groups=width)
        self.inner = nn.BatchNorm1d(width)
        self.leave = nn.Conv1d(width, width, 1)
        for norm in (self.norm, self.inner):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)
        nn.init.normal_(self.inner.running_mean, std=0.3)
        nn.init.uniform_(self.inner.running_var, 0.5, 2.0)

    def forward(self, hidden):
        inside = F.glu(self.enter(self.norm(hidden).transpose(1, 2)), dim=1)
        inside = self.leave(F.silu(self.inner(self.space(inside))))
        return hidden + inside.transpose(1, 2)


def get_init_inputs():
    return [144, 15]


def get_inputs():
    return [torch.randn(6, 330, 144)]
