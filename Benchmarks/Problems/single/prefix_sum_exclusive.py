"""Running sums that leave the current entry out, which turns lengths into offsets."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, lengths):
        shifted = torch.cat((torch.zeros_like(lengths[:, :1]), lengths[:, :-1]), dim=1)
        return torch.cumsum(shifted, dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(2100, 1450)]
