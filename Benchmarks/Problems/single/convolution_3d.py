"""A dense convolution over voxels, the body of a network for volumes."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv3d(channels, outputs, 3, padding=1)

    def forward(self, volume):
        return self.mix(volume)


def get_init_inputs():
    return [18, 28]


def get_inputs():
    return [torch.randn(2, 18, 20, 50, 46)]
