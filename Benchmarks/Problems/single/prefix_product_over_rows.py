"""Running products along each row, such as compounded growth or transmittance along a ray."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, factors):
        return torch.cumprod(factors, dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.empty(7700, 1300).uniform_(0.9, 1.1)]
