"""Doubles the resolution with learned filters, as decoders do."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.grow = nn.ConvTranspose2d(channels, outputs, 4, stride=2, padding=1)

    def forward(self, features):
        return self.grow(features)


def get_init_inputs():
    return [72, 40]


def get_inputs():
    return [torch.randn(5, 72, 36, 44)]
