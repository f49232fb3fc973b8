"""The outer product of two vectors for each example, as bilinear pooling forms it."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, left, right):
        return torch.einsum("bi,bj->bij", left, right)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(50, 250), torch.randn(50, 310)]
