"""Sums a sequence over time and keeps the features."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, sequence):
        return sequence.sum(dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(105, 480, 410)]
