"""A batch of middle-sized products, as attention without its softmax has it."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, left, right):
        return torch.bmm(left, right)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(36, 190, 150), torch.randn(36, 150, 230)]
