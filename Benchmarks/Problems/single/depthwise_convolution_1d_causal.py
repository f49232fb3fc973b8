"""A short causal filter for each channel, in front of the scan of a state space model."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, taps):
        super().__init__()
        self.taps = taps
        self.filter = nn.Conv1d(channels, channels, taps, groups=channels)

    def forward(self, sequence):
        return self.filter(F.pad(sequence, (self.taps - 1, 0)))


def get_init_inputs():
    return [160, 4]


def get_inputs():
    return [torch.randn(10, 160, 2100)]
