"""A 5 by 5 filter a channel at half the resolution, where a mobile network changes scale."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 5, stride=2, padding=2, groups=channels, bias=False)

    def forward(self, features):
        return self.filter(features)


def get_init_inputs():
    return [60]


def get_inputs():
    return [torch.randn(8, 60, 113, 129)]
