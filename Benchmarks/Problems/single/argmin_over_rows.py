"""For each column the row with the smallest entry, the assignment step of clustering."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, distances):
        return distances.argmin(dim=0)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(2300, 1900)]
