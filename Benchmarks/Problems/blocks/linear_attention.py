"""Attention with a positive feature map instead of softmax, so that its cost grows linearly."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)

    def forward(self, hidden):
        batch, length, width = hidden.shape
        split = self.project(hidden).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = F.elu(split[0]) + 1.0, F.elu(split[1]) + 1.0, split[2]
        memory = key.transpose(-2, -1) @ value
        weight = query @ key.sum(dim=2).unsqueeze(-1)
        return (query @ memory / (weight + 1e-4)).transpose(1, 2).reshape(batch, length, width)


def get_init_inputs():
    return [160, 5]


def get_inputs():
    return [torch.randn(6, 340, 160)]
