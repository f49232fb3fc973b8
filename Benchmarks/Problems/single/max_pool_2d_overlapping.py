"""Overlapping 5 by 5 maxima at half the resolution, after the stem of an image classifier."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, window, stride):
        super().__init__()
        self.pool = nn.MaxPool2d(window, stride=stride, padding=window // 2)

    def forward(self, image):
        return self.pool(image)


def get_init_inputs():
    return [5, 2]


def get_inputs():
    return [torch.randn(3, 56, 150, 132)]
