"""Averages over short space-time blocks of a clip, with overlap in space only."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window, stride):
        super().__init__()
        self.pool = nn.AvgPool3d(window, stride=stride)

    def forward(self, clip):
        return self.pool(clip)


def get_init_inputs():
    return [(2, 5, 5), (2, 3, 3)]


def get_inputs():
    return [torch.randn(3, 24, 30, 66, 54)]
