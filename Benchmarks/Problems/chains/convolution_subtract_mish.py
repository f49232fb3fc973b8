"""Convolution, two constant offsets and Mish, as a careless port leaves them behind."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3)

    def forward(self, features):
        return F.mish(self.mix(features) - 0.35 - 0.15)


def get_init_inputs():
    return [26, 46]


def get_inputs():
    return [torch.randn(6, 26, 66, 72)]
