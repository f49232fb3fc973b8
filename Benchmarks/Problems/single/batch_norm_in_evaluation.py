"""Batch norm with its running statistics, a scale and a shift a channel at inference."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)
        nn.init.normal_(self.norm.running_mean, std=0.5)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, features):
        return self.norm(features)


def get_init_inputs():
    return [76]


def get_inputs():
    return [torch.randn(41, 76, 60, 64)]
