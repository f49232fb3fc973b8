"""Two convolutions along time with GELU, positions, and a layer norm: how a speech encoder begins."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, bands, width):
        super().__init__()
        self.first = nn.Conv1d(bands, width, 3, padding=1)
        self.second = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.randn(450, width) * 0.2)
        self.norm = nn.LayerNorm(width)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)

    def forward(self, spectrogram):
        hidden = F.gelu(self.second(F.gelu(self.first(spectrogram)))).transpose(1, 2)
        return self.norm(hidden + self.place)


def get_init_inputs():
    return [64, 192]


def get_inputs():
    return [torch.randn(4, 64, 900)]
