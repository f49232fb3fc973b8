"""Averages over 3 by 12 patches of a spectrogram, half overlapping in time."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window, stride):
        super().__init__()
        self.pool = nn.AvgPool2d(window, stride=stride)

    def forward(self, spectrogram):
        return self.pool(spectrogram)


def get_init_inputs():
    return [(3, 12), (3, 6)]


def get_inputs():
    return [torch.randn(10, 36, 96, 300)]
