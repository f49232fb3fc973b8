"""Features at both ends of every edge, their difference, and a gate: a graph network's message."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))

    def forward(self, nodes, edges):
        source, target = nodes[edges[0]], nodes[edges[1]]
        return torch.sigmoid(self.scale * (source - target)) * source


def get_init_inputs():
    return [96]


def get_inputs():
    return [torch.randn(4000, 96), torch.randint(0, 4000, (2, 16000))]
