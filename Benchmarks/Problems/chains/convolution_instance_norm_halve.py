"""Convolution, instance norm and a leaky rectifier, an image translator's first layer."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, 5, padding=2)
        self.norm = nn.InstanceNorm2d(outputs)

    def forward(self, image):
        return F.leaky_relu(self.norm(self.mix(image)), 0.2) * 0.5


def get_init_inputs():
    return [20, 44]


def get_inputs():
    return [torch.randn(6, 20, 90, 86)]
