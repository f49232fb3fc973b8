"""A ConvNeXt block: a large depthwise filter, layer norm over channels, and two pointwise layers."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.space = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)
        self.expand = nn.Linear(channels, 4 * channels)
        self.project = nn.Linear(4 * channels, channels)
        self.scale = nn.Parameter(torch.empty(channels).uniform_(0.2, 0.8))

    def forward(self, features):
        hidden = self.norm(self.space(features).permute(0, 2, 3, 1))
        hidden = self.scale * self.project(F.gelu(self.expand(hidden)))
        return features + hidden.permute(0, 3, 1, 2)


def get_init_inputs():
    return [72]


def get_inputs():
    return [torch.randn(4, 72, 38, 42)]
