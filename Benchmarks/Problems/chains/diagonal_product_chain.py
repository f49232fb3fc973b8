"""Scales columns by a diagonal matrix, multiplies by a weight, and scales again, as low-rank adapters are typed
in."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.left = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))
        self.mix = nn.Linear(width, width, bias=False)
        self.right = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))

    def forward(self, hidden):
        return torch.tanh(self.mix(hidden @ torch.diag(self.left)) @ torch.diag(self.right))


def get_init_inputs():
    return [820]


def get_inputs():
    return [torch.randn(900, 820)]
