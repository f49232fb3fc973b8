"""A smooth absolute difference with a weight for each pixel's gradient, from image restoration."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, restored, clean):
        error = torch.sqrt((restored - clean).square() + self.width**2)
        slope = (clean[..., 1:] - clean[..., :-1]).abs()
        return (error[..., 1:] * (1.0 + slope)).mean()


def get_init_inputs():
    return [0.01]


def get_inputs():
    return [torch.rand(23, 3, 190, 200), torch.rand(23, 3, 190, 200)]
