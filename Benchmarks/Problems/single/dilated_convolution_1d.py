"""A dilated convolution along time, one layer of a temporal convolution network."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, taps, dilation):
        super().__init__()
        self.context = nn.Conv1d(channels, channels, taps, dilation=dilation, padding=dilation * (taps // 2))

    def forward(self, sequence):
        return self.context(sequence)


def get_init_inputs():
    return [64, 5, 8]


def get_inputs():
    return [torch.randn(9, 64, 3100)]
