"""A matrix product, halved, summed over its outputs and scaled, typed as a formula."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, features) * 0.04)

    def forward(self, hidden):
        product = hidden @ self.weight.t()
        return 1.5 * (product / 2.0).sum(dim=1, keepdim=True)


def get_init_inputs():
    return [540, 1700]


def get_inputs():
    return [torch.randn(1200, 540),]
