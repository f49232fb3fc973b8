"""Convolution, batch norm and rectifier, the most common three steps of vision networks."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)
        nn.init.normal_(self.norm.running_mean, std=0.3)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, features):
        return torch.relu(self.norm(self.mix(features)))


def get_init_inputs():
    return [40, 56]


def get_inputs():
    return [torch.randn(6, 40, 58, 62)]
