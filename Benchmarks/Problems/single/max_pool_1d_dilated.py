"""Dilated sliding maximum along time, as dilated sequence models and envelope followers use it."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window, dilation):
        super().__init__()
        self.pool = nn.MaxPool1d(window, stride=1, padding=window // 2, dilation=dilation)

    def forward(self, signal):
        return self.pool(signal)


def get_init_inputs():
    return [7, 3]


def get_inputs():
    return [torch.randn(46, 64, 4100)]
