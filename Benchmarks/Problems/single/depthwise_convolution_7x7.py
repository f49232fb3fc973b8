"""One 7 by 7 filter a channel, the large-kernel mixer of modern convolution networks."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)

    def forward(self, features):
        return self.filter(features)


def get_init_inputs():
    return [88]


def get_inputs():
    return [torch.randn(22, 88, 45, 51)]
