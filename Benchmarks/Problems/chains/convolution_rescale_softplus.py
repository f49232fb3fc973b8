"""A convolution, a learned offset and two constant scales that could be folded into it, then softplus."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3)
        self.offset = nn.Parameter(torch.randn(outputs, 1, 1) * 0.2)

    def forward(self, features):
        return F.softplus((self.mix(features) * 1.25 + self.offset) * 0.8) * 2.0


def get_init_inputs():
    return [26, 46]


def get_inputs():
    return [torch.randn(6, 26, 66, 72)]
