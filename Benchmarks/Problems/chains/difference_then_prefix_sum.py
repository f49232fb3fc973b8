"""Differences of a series, scaled step by step and summed up again, a warped clock."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, series, pace):
        steps = torch.diff(series, dim=1, prepend=torch.zeros_like(series[:, :1]))
        return torch.cumsum(steps * pace, dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(3100, 1500), torch.empty(3100, 1500).uniform_(0.2, 1.0)]
