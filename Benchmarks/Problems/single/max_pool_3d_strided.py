"""Maxima over 3 by 3 by 3 voxels at half the resolution, in a network for video or volumes."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window, stride):
        super().__init__()
        self.pool = nn.MaxPool3d(window, stride=stride, padding=1)

    def forward(self, volume):
        return self.pool(volume)


def get_init_inputs():
    return [3, 2]


def get_inputs():
    return [torch.randn(2, 20, 34, 60, 62)]
