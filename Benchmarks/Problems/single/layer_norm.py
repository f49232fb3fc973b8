"""Layer norm over the features, as in every transformer layer."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.norm = nn.LayerNorm(features)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)

    def forward(self, hidden):
        return self.norm(hidden)


def get_init_inputs():
    return [1150]


def get_inputs():
    return [torch.randn(37, 220, 1150)]
