"""Attention inside 7 by 7 windows with a learned bias for relative places, from a hierarchical vision transformer."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width, heads, window):
        super().__init__()
        self.heads = heads
        self.window = window
        self.project = nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.randn(heads, window**2, window**2) * 0.3)

    def forward(self, features):
        batch, high, wide, width = features.shape
        rows, columns = high // self.window, wide // self.window
        tiles = features.view(batch, rows, self.window, columns, self.window, width).transpose(2, 3)
        tiles = tiles.reshape(-1, self.window**2, width)
        split = self.project(tiles).view(tiles.size(0), -1, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        scores = query @ key.transpose(-2, -1) * query.size(-1) ** -0.5 + self.bias
        mixed = (torch.softmax(scores, dim=-1) @ value).transpose(1, 2).reshape(tiles.shape)
        mixed = self.leave(mixed).view(batch, rows, columns, self.window, self.window, width)
        return mixed.transpose(2, 3).reshape(features.shape)


def get_init_inputs():
    return [72, 3, 7]


def get_inputs():
    return [torch.randn(3, 42, 49, 72)]
