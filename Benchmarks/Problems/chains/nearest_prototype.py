"""Distances to prototypes by broadcasting, then the nearest one's index: vector quantisation."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, prototypes, width):
        super().__init__()
        self.prototypes = nn.Parameter(torch.randn(prototypes, width))

    def forward(self, points):
        distance = (points.unsqueeze(1) - self.prototypes).square().sum(dim=-1)
        return distance.argmin(dim=1)


def get_init_inputs():
    return [190, 40]


def get_inputs():
    return [torch.randn(1300, 40)]
