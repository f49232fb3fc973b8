"""A large matrix times one column, one token through a large layer."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, matrix, column):
        return matrix @ column


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(5900, 4100), torch.randn(4100, 1)]
