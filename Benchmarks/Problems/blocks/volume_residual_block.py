"""A residual block for volumes with instance norm, from medical segmentation."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm1 = nn.InstanceNorm3d(channels, affine=True)
        self.mix2 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm2 = nn.InstanceNorm3d(channels, affine=True)
        for norm in (self.norm1, self.norm2):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)

    def forward(self, volume):
        hidden = F.leaky_relu(self.norm1(self.mix1(volume)), 0.01)
        return F.leaky_relu(volume + self.norm2(self.mix2(hidden)), 0.01)


def get_init_inputs():
    return [16]


def get_inputs():
    return [torch.randn(2, 16, 18, 34, 38)]
