"""Softmax over the past only, by adding a triangle of large negative numbers."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, scores):
        length = scores.size(-1)
        future = torch.full((length, length), -1e4, dtype=scores.dtype, device=scores.device).triu(1)
        return torch.softmax(0.125 * scores + future, dim=-1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(20, 6, 210, 210)]
