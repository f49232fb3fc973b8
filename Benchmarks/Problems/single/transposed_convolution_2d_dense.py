"""A transposed convolution with stride one, which is a convolution with turned filters."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.spread = nn.ConvTranspose2d(channels, outputs, 5, padding=2)

    def forward(self, features):
        return self.spread(features)


def get_init_inputs():
    return [36, 48]


def get_inputs():
    return [torch.randn(4, 36, 62, 58)]
