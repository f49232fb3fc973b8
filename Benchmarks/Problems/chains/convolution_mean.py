"""A convolution averaged over the image, then a sigmoid: a gate for every channel."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3, padding=1)

    def forward(self, features):
        return torch.sigmoid(4.0 * self.mix(features).mean(dim=(2, 3)))


def get_init_inputs():
    return [24, 60]


def get_inputs():
    return [torch.randn(8, 24, 76, 84)]
