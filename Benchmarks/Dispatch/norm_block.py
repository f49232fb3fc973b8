"""A module with two submodules and three parameters, each of which every call has to look at."""
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64)
        self.act = nn.GELU()
        self.scale = nn.Parameter(torch.ones(64))

    def forward(self, x):
        return self.act(self.norm(x) * self.scale) + x


def get_inputs():
    return [torch.randn(4, 64)]
