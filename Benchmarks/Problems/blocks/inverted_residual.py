"""An inverted residual: expand, filter each channel, project back, from mobile networks."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, expansion):
        super().__init__()
        inner = channels * expansion
        self.expand = nn.Conv2d(channels, inner, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(inner)
        self.space = nn.Conv2d(inner, inner, 3, padding=1, groups=inner, bias=False)
        self.norm2 = nn.BatchNorm2d(inner)
        self.project = nn.Conv2d(inner, channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels)
        for norm in (self.norm1, self.norm2, self.norm3):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)
            nn.init.normal_(norm.running_mean, std=0.3)
            nn.init.uniform_(norm.running_var, 0.5, 2.0)

    def forward(self, features):
        hidden = F.relu6(self.norm1(self.expand(features)))
        hidden = F.relu6(self.norm2(self.space(hidden)))
        return features + self.norm3(self.project(hidden))


def get_init_inputs():
    return [28, 5]


def get_inputs():
    return [torch.randn(4, 28, 54, 58)]
