"""Two linear layers with nothing between them, a factorised layer that was never merged."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, middle, outputs):
        super().__init__()
        self.first = nn.Linear(features, middle)
        self.second = nn.Linear(middle, outputs)

    def forward(self, hidden):
        return torch.relu(self.second(self.first(hidden)))


def get_init_inputs():
    return [410, 1300, 380]


def get_inputs():
    return [torch.randn(1600, 410)]
