"""A dense 3 by 3 convolution bound by arithmetic; the library is hard to beat here."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3, padding=1)

    def forward(self, features):
        return self.mix(features)


def get_init_inputs():
    return [120, 136]


def get_inputs():
    return [torch.randn(4, 120, 54, 50)]
