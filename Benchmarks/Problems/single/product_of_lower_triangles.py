"""The product of the lower triangles of two matrices, itself lower triangular."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, left, right):
        return torch.tril(left) @ torch.tril(right)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(1180, 1180), torch.randn(1180, 1180)]
