"""Averages over two dimensions that do not lie next to each other: channels and width."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, features):
        return features.mean(dim=(1, 3))


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(35, 90, 76, 88)]
