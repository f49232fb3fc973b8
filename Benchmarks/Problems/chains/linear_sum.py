"""A linear layer whose outputs are summed, divided and squashed, a scalar score for each example."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.layer = nn.Linear(features, outputs)

    def forward(self, hidden):
        return torch.tanh(self.layer(hidden).sum(dim=1, keepdim=True) / 40.0)


def get_init_inputs():
    return [620, 1400]


def get_inputs():
    return [torch.randn(1500, 620)]
