"""A linear layer, layer norm and GELU."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.layer = nn.Linear(features, outputs)
        self.norm = nn.LayerNorm(outputs)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)

    def forward(self, hidden):
        return F.gelu(self.norm(self.layer(hidden)))


def get_init_inputs():
    return [460, 1020]


def get_inputs():
    return [torch.randn(1400, 460)]
