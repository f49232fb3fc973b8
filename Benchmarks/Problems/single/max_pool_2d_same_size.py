"""A 9 by 9 maximum at full resolution, as spatial pyramid pooling and peak finding in heat maps use it."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window):
        super().__init__()
        self.pool = nn.MaxPool2d(window, stride=1, padding=window // 2)

    def forward(self, heat):
        return self.pool(heat)


def get_init_inputs():
    return [9]


def get_inputs():
    return [torch.randn(4, 48, 60, 76)]
