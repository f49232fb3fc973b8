"""Doubles the resolution of a volume, one step of a decoder for medical images."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.grow = nn.ConvTranspose3d(channels, outputs, 3, stride=2, padding=1, output_padding=1)

    def forward(self, volume):
        return self.grow(volume)


def get_init_inputs():
    return [24, 14]


def get_inputs():
    return [torch.randn(2, 24, 12, 22, 26)]
