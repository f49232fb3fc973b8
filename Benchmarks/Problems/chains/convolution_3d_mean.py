"""A convolution over a clip averaged over time and space, a coarse motion feature."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv3d(channels, outputs, 3, padding=1)

    def forward(self, clip):
        return F.normalize(self.mix(clip).mean(dim=(2, 3, 4)), dim=1)


def get_init_inputs():
    return [12, 20]


def get_inputs():
    return [torch.randn(2, 12, 18, 46, 44)]
