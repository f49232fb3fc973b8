"""Convolution, the smallest response over channels and two squashing steps."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 3, padding=1)

    def forward(self, features):
        return torch.tanh(torch.tanh(self.mix(features).amin(dim=1, keepdim=True)))


def get_init_inputs():
    return [22, 52]


def get_inputs():
    return [torch.randn(6, 22, 74, 66)]
