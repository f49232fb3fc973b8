"""A 3 by 3 convolution with holes, the context module of segmentation networks."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs, dilation):
        super().__init__()
        self.context = nn.Conv2d(channels, outputs, 3, padding=dilation, dilation=dilation)

    def forward(self, features):
        return self.context(features)


def get_init_inputs():
    return [40, 56, 3]


def get_inputs():
    return [torch.randn(4, 40, 70, 82)]
