"""Takes chosen entries of every row, as sorting by another key does."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, values, order):
        return torch.gather(values, 1, order)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(4300, 1400), torch.randint(0, 1400, (4300, 1100))]
