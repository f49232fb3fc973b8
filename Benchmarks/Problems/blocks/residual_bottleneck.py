"""A residual bottleneck: reduce, convolve, restore, with batch norm in evaluation mode after each."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.reduce = nn.Conv2d(channels, inner, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(inner)
        self.space = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(inner)
        self.restore = nn.Conv2d(inner, channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels)
        for norm in (self.norm1, self.norm2, self.norm3):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)
            nn.init.normal_(norm.running_mean, std=0.3)
            nn.init.uniform_(norm.running_var, 0.5, 2.0)

    def forward(self, features):
        hidden = torch.relu(self.norm1(self.reduce(features)))
        hidden = torch.relu(self.norm2(self.space(hidden)))
        return torch.relu(features + self.norm3(self.restore(hidden)))


def get_init_inputs():
    return [96, 32]


def get_inputs():
    return [torch.randn(4, 96, 56, 60)]
