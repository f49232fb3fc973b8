"""Doubles the resolution by repeating pixels, a decoder's cheap step."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, features):
        return F.interpolate(features, scale_factor=self.factor, mode="nearest")


def get_init_inputs():
    return [2]


def get_inputs():
    return [torch.randn(5, 48, 70, 66)]
