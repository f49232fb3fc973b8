"""Raises the sampling rate five times, one stage of a vocoder."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs, factor):
        super().__init__()
        self.grow = nn.ConvTranspose1d(channels, outputs, 3 * factor, stride=factor, padding=factor)

    def forward(self, features):
        return self.grow(features)


def get_init_inputs():
    return [80, 40, 5]


def get_inputs():
    return [torch.randn(6, 80, 900)]
