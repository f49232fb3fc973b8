"""A transformer layer with norms in front, attention written out, and a GELU feed-forward part."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        for norm in (self.norm1, self.norm2):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)

    def forward(self, hidden):
        batch, length, width = hidden.shape
        split = self.project(self.norm1(hidden)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        share = torch.softmax(query @ key.transpose(-2, -1) / query.size(-1) ** 0.5, dim=-1)
        hidden = hidden + self.leave((share @ value).transpose(1, 2).reshape(batch, length, width))
        return hidden + self.contract(F.gelu(self.expand(self.norm2(hidden))))


def get_init_inputs():
    return [240, 6]


def get_inputs():
    return [torch.randn(5, 150, 240)]
